//! Profiles of the shared files (AWS SDKs and Tools Reference Guide, "Using shared config and credentials files").

use super::sts::{Sts, WebIdentity};
use super::{Ambient, Found, Keys, Place, issuer};
use crate::credentials::Given;
use crate::credentials::turn::Turn;
use std::collections::HashMap;
use std::path::PathBuf;
use tianji_core::{Error, Micros, Reply, Secret};

/// A profile of the two files.
#[derive(Clone, Debug, Hash)]
pub(super) struct Profile {
    credentials: PathBuf,
    config: PathBuf,
    name: String,
    /// Whether somebody named the profile: then it must be there.
    is_named: bool,
    sts: Sts,
    ambient: Ambient,
}

impl Profile {
    /// `None` without a folder of the user and without files that are named.
    pub(super) fn of(given: &Given<'_>, name: Option<&str>, sts: Sts, ambient: Ambient) -> Option<Self> {
        let file = |variable, name| {
            given.var(variable).map(PathBuf::from).or_else(|| Some(given.home()?.join(".aws").join(name)))
        };
        let name = name.map(str::to_owned).or_else(|| given.var("AWS_PROFILE"));
        Some(Self {
            credentials: file("AWS_SHARED_CREDENTIALS_FILE", "credentials")?,
            config: file("AWS_CONFIG_FILE", "config")?,
            is_named: name.is_some(),
            name: name.unwrap_or_else(|| "default".to_owned()),
            sts,
            ambient,
        })
    }

    pub(super) fn begin(self, now: Micros) -> Found {
        Turn::read(self.credentials.clone()).and_then(move |credentials| {
            Turn::read(self.config.clone()).and_then(move |config| {
                let profiles = Profiles::read(&text(&credentials), &text(&config));
                let found = self.resolve(&profiles, &self.name, now, MOST_HOPS);
                let Self { name, is_named, .. } = self;
                found.map(move |found| match found {
                    None if is_named => Err(issuer().unusable(&format!("the profile '{name}' has no credential"))),
                    found => Ok(found),
                })
            })
        })
    }

    /// What a profile comes to, over as many source profiles as are left.
    fn resolve(&self, profiles: &Profiles, name: &str, now: Micros, hops: u8) -> Found {
        let Some(profile) = profiles.0.get(name) else { return Turn::End(Ok(None)) };
        let of = |key: &str| profile.get(key).map(String::as_str).filter(|value| !value.is_empty());
        let keys = of("aws_access_key_id").zip(of("aws_secret_access_key")).map(|(id, secret)| Keys {
            id: id.to_owned(),
            secret: Secret::new(secret),
            token: of("aws_session_token").map(Secret::new),
        });
        // A profile that is its own source means its keys.
        if let Some(arn) = of("role_arn").filter(|_| hops > 0) {
            let mut role = self.sts.bare_role(arn);
            role.session = of("role_session_name").map(str::to_owned);
            role.external_id = of("external_id").map(str::to_owned);
            if let Some(file) = of("web_identity_token_file") {
                return Place::WebIdentity(WebIdentity::in_file(file.into(), role)).begin(now);
            }
            let base = match (of("source_profile"), of("credential_source")) {
                (Some(source), _) if source == name => self.resolve(profiles, source, now, 0),
                (Some(source), _) => self.resolve(profiles, source, now, hops - 1),
                (None, Some(source)) => self.ambient(source, now),
                (None, None) => return wrong(name, "it has a role_arn, but no source_profile"),
            };
            let name = name.to_owned();
            return base.and_then(move |found| match found {
                Some(granted) => role.assume(&granted, now).map(|granted| Ok(Some(granted))),
                None => wrong(&name, "the source of its role has no credential"),
            });
        }
        match keys {
            Some(keys) => Turn::End(Ok(Some(keys.granted()))),
            None if of("role_arn").is_some() => wrong(name, "its chain of source profiles is too long"),
            None if of("credential_process").is_some() => wrong(name, "credential_process is not supported"),
            None if of("sso_session").or_else(|| of("sso_start_url")).is_some() => {
                wrong(name, "single sign-on is not supported")
            }
            None => Turn::End(Ok(None)),
        }
    }

    fn ambient(&self, source: &str, now: Micros) -> Found {
        let Ambient { environment, container, machine } = self.ambient.clone();
        let place = match source {
            "Environment" => environment.map(Place::Keys),
            "EcsContainer" => container.map(Place::Container),
            "Ec2InstanceMetadata" => machine.map(Place::Machine),
            _ => None,
        };
        place.map_or_else(|| Turn::End(Ok(None)), |place| place.begin(now))
    }
}

fn wrong(name: &str, why: &str) -> Found {
    let error: Error = issuer().unusable(&format!("the profile '{name}' cannot be used: {why}"));
    Turn::End(Err(error))
}

fn text(reply: &Reply) -> String {
    if reply.status.is_success() { String::from_utf8_lossy(&reply.body).into_owned() } else { String::new() }
}

/// Settings by profile.
#[derive(Debug, Default)]
struct Profiles(HashMap<String, HashMap<String, String>>);

impl Profiles {
    /// Reads both files; a setting of the credentials file wins.
    fn read(credentials: &str, config: &str) -> Self {
        let mut profiles = Self::default();
        profiles.add(config, |section| {
            let name = section.strip_prefix("profile ").map(str::trim);
            name.or_else(|| (section == "default").then_some(section))
        });
        profiles.add(credentials, Some);
        profiles
    }

    fn add<'a>(&mut self, file: &'a str, named: impl Fn(&'a str) -> Option<&'a str>) {
        let mut profile = None;
        for line in file.lines() {
            // Indented lines belong to a nested setting (`s3 =`), of which none matters here.
            let is_comment = line.starts_with(['#', ';', ' ', '\t']);
            if let Some(section) = line.trim().strip_prefix('[').filter(|_| !is_comment) {
                profile = section.split(']').next().map(str::trim).and_then(&named);
            } else if let Some(((key, value), name)) = line.split_once('=').zip(profile).filter(|_| !is_comment) {
                let profile = self.0.entry(name.to_owned()).or_default();
                profile.insert(key.trim().to_ascii_lowercase(), value_of(value).to_owned());
            }
        }
    }
}

/// A value ends where a comment begins after a blank.
fn value_of(text: &str) -> &str {
    let end = [" #", " ;", "\t#", "\t;"].iter().filter_map(|mark| text.find(mark)).min();
    end.and_then(|end| text.get(..end)).unwrap_or(text).trim()
}

/// Longest chain of source profiles.
const MOST_HOPS: u8 = 5;
