//! Amazon Web Services.

use crate::{Canned, NOW, bad, converse, failure, good, keys, lines, no_file, source};
use tianji_core::{Kind, Secret};
use tianji_providers::CredentialParams;
use tianji_sign::sigv4::Authorization;

const HOME: (&str, &str) = ("HOME", "/home/me");
const ENV: &[(&str, &str)] = &[("AWS_ACCESS_KEY_ID", "AKENV"), ("AWS_SECRET_ACCESS_KEY", "env-secret")];
const FILES: [&str; 2] = ["read /home/me/.aws/credentials", "read /home/me/.aws/config"];

/// A reply of the Security Token Service.
fn assumed(action: &str) -> Canned {
    good(format!(
        "<{action}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><{action}Result><AssumedRoleUser>\
         <Arn>arn:aws:sts::1:assumed-role/r/s</Arn></AssumedRoleUser><Credentials><AccessKeyId>ASIA1</AccessKeyId>\
         <SecretAccessKey>role-secret</SecretAccessKey><SessionToken>role-token</SessionToken>\
         <Expiration>2026-11-22T03:29:45Z</Expiration></Credentials></{action}Result></{action}Response>"
    ))
}

#[test]
fn keys_of_the_entry_come_first() {
    let (id, secret, session) = (Secret::new("AK1"), Secret::new("s1"), Secret::new("t1"));
    let entry = CredentialParams {
        aws_access_key_id: Some(&id),
        aws_secret_access_key: Some(&secret),
        aws_session_token: Some(&session),
        ..CredentialParams::default()
    };
    let (asked, granted) = converse(&*source("aws", entry, ENV), vec![]);
    let granted = granted.unwrap();
    assert_eq!(keys(&granted), ("AK1", "s1", Some("t1")));
    assert!(asked.is_empty() && granted.expires_at.is_none());
}

#[test]
fn then_the_environment() {
    let granted = converse(&*source("aws", CredentialParams::default(), ENV), vec![]).1.unwrap();
    assert_eq!(keys(&granted), ("AKENV", "env-secret", None));
    let token = [ENV, &[("AWS_SESSION_TOKEN", "env-token")]].concat();
    let granted = converse(&*source("aws", CredentialParams::default(), &token), vec![]).1.unwrap();
    assert_eq!(keys(&granted).2, Some("env-token"));
}

#[test]
fn then_a_web_identity() {
    let env = [
        ("AWS_WEB_IDENTITY_TOKEN_FILE", "/var/token"),
        ("AWS_ROLE_ARN", "arn:aws:iam::1:role/r"),
        ("AWS_REGION", "eu-west-1"),
    ];
    let (asked, granted) = converse(
        &*source("aws", CredentialParams::default(), &env),
        vec![good("jwt"), assumed("AssumeRoleWithWebIdentity")],
    );
    let granted = granted.unwrap();
    assert_eq!(keys(&granted), ("ASIA1", "role-secret", Some("role-token")));
    assert_eq!(granted.expires_at.unwrap().seconds(), NOW.seconds() + 3600);
    assert_eq!(lines(&asked), ["read /var/token", "POST https://sts.eu-west-1.amazonaws.com/"]);
    assert_eq!(
        asked[1].body(),
        "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr&RoleSessionName=tianji&WebIdentityToken=jwt"
    );
    assert!(!asked[1].request().headers.contains_key("authorization"), "the token is proof enough");
    let entry = CredentialParams { aws_role_name: Some("arn:aws:iam::1:role/r"), ..CredentialParams::default() };
    let (asked, _) = converse(&*source("aws", entry, &env), vec![good("jwt"), assumed("AssumeRoleWithWebIdentity")]);
    assert_eq!(asked.len(), 2, "the platform's own role is not assumed a second time");
    let refusal = "<ErrorResponse><Error><Type>Sender</Type><Code>InvalidIdentityToken</Code><Message>Token jwt-7 is expired</Message></Error></ErrorResponse>";
    let (kind, shown) =
        failure(&*source("aws", CredentialParams::default(), &env), vec![good("jwt-7"), bad(400, refusal)]);
    assert_eq!(kind, Kind::Authentication);
    assert!(shown.contains("AWS STS, asked for arn:aws:iam::1:role/r, gave no credential (HTTP 400: InvalidIdentityToken: Token *** is expired)"), "{shown}");
}

#[test]
fn a_web_identity_of_the_entry() {
    let (token, file) = (Secret::new("aaa.bbb.ccc"), Secret::new("/run/token"));
    let entry = |token| CredentialParams {
        aws_web_identity_token: Some(token),
        aws_role_name: Some("arn:r"),
        aws_session_name: Some("me"),
        ..CredentialParams::default()
    };
    let reply = || assumed("AssumeRoleWithWebIdentity");
    let (asked, _) = converse(&*source("aws", entry(&token), ENV), vec![reply()]);
    assert_eq!(
        (asked[0].field("WebIdentityToken"), asked[0].field("RoleSessionName")),
        ("aaa.bbb.ccc".into(), "me".into())
    );
    let (asked, _) = converse(&*source("aws", entry(&file), ENV), vec![good("x.y.z\n"), reply()]);
    assert_eq!(asked[0].line(), "read /run/token");
    assert_eq!(asked[1].field("WebIdentityToken"), "x.y.z");
    let (kind, shown) = failure(&*source("aws", entry(&file), ENV), vec![no_file()]);
    assert!(kind == Kind::Authentication && shown.contains("'/run/token' cannot be read"), "{shown}");
}

#[test]
fn then_the_shared_files() {
    let credentials = "# mine\n[default]\naws_access_key_id = AKFILE ; old\naws_secret_access_key= file/secret=+\n\n[ other ]\naws_access_key_id=AKOTHER\naws_secret_access_key=o\naws_session_token=ot\n";
    let config = "[default]\nregion = us-east-1\naws_access_key_id = IGNORED\ns3 =\n  aws_access_key_id = NESTED\n[profile work]\naws_access_key_id = AKWORK\naws_secret_access_key = w\n";
    let found = |env: &[(&str, &str)], entry| {
        let (asked, granted) = converse(&*source("aws", entry, env), vec![good(credentials), good(config)]);
        assert_eq!(lines(&asked), FILES);
        let granted = granted.unwrap();
        let (id, secret, token) = keys(&granted);
        (id.to_owned(), secret.to_owned(), token.map(str::to_owned))
    };
    let plain =
        |id: &str, secret: &str, token: Option<&str>| (id.to_owned(), secret.to_owned(), token.map(str::to_owned));
    assert_eq!(found(&[HOME], CredentialParams::default()), plain("AKFILE", "file/secret=+", None));
    assert_eq!(
        found(&[HOME, ("AWS_PROFILE", "other")], CredentialParams::default()),
        plain("AKOTHER", "o", Some("ot"))
    );
    let work = CredentialParams { aws_profile_name: Some("work"), ..CredentialParams::default() };
    assert_eq!(
        found(&[HOME, ENV[0], ENV[1]], work),
        plain("AKWORK", "w", None),
        "a profile of the entry beats the environment"
    );
    let named =
        [("AWS_SHARED_CREDENTIALS_FILE", "/a"), ("AWS_CONFIG_FILE", "/b"), ("AWS_EC2_METADATA_DISABLED", "true")];
    let (asked, granted) = converse(&*source("aws", CredentialParams::default(), &named), vec![no_file(), no_file()]);
    assert_eq!(lines(&asked), ["read /a", "read /b"]);
    assert!(granted.is_err());
}

#[test]
fn profiles_that_cannot_be_used_say_why() {
    let named = |config: &str| {
        let entry = CredentialParams { aws_profile_name: Some("p"), ..CredentialParams::default() };
        failure(&*source("aws", entry, &[HOME]), vec![no_file(), good(config)])
    };
    for (config, words) in [
        ("", "'p' has no credential"),
        ("[profile p]\ncredential_process = /bin/x\n", "credential_process is not supported"),
        ("[profile p]\nsso_session = s\n", "single sign-on is not supported"),
        ("[profile p]\nrole_arn = r\n", "no source_profile"),
        ("[profile p]\nrole_arn = r\nsource_profile = q\n", "source of its role has no credential"),
        ("[profile p]\nrole_arn = r\nsource_profile = q\n[profile q]\nrole_arn = r\nsource_profile = p\n", "too long"),
    ] {
        let (kind, shown) = named(config);
        assert!(kind == Kind::Authentication && shown.contains(words), "{shown}");
    }
}

#[test]
fn a_profile_assumes_roles() {
    let config = "[profile p]\nrole_arn = arn:p\nexternal_id = x1\nrole_session_name = sess\nsource_profile = q\n[profile q]\naws_access_key_id = AKQ\naws_secret_access_key = q\n[profile own]\nrole_arn = arn:own\nsource_profile = own\naws_access_key_id = AKOWN\naws_secret_access_key = o\n[profile envy]\nrole_arn = arn:e\ncredential_source = Environment\n";
    for (profile, key) in [("p", "AKQ"), ("own", "AKOWN"), ("envy", "AKENV")] {
        let entry = CredentialParams { aws_profile_name: Some(profile), ..CredentialParams::default() };
        let env = [HOME, ENV[0], ENV[1]];
        let (asked, granted) =
            converse(&*source("aws", entry, &env), vec![no_file(), good(config), assumed("AssumeRole")]);
        assert_eq!(keys(&granted.unwrap()).0, "ASIA1");
        let signed = Authorization::parse(asked[2].header("authorization")).unwrap();
        assert_eq!(signed.access_key_id, key);
    }
}

#[test]
fn then_the_container() {
    let reply = r#"{"AccessKeyId":"ASIAC","SecretAccessKey":"cs","Token":"ct","Expiration":"2026-11-22T08:29:45Z","RoleArn":"r"}"#;
    let env = [("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x"), ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "word")];
    let (asked, granted) = converse(&*source("aws", CredentialParams::default(), &env), vec![good(reply)]);
    let granted = granted.unwrap();
    assert_eq!(keys(&granted), ("ASIAC", "cs", Some("ct")));
    assert_eq!(granted.expires_at.unwrap().seconds(), NOW.seconds() + 6 * 3600);
    assert_eq!(lines(&asked), ["GET http://169.254.170.2/v2/x"]);
    assert_eq!(asked[0].header("authorization"), "word");
    let eks = [
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1/credentials"),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/var/t"),
    ];
    let (asked, _) = converse(&*source("aws", CredentialParams::default(), &eks), vec![good("t-1\n"), good(reply)]);
    assert_eq!(lines(&asked), ["read /var/t", "GET http://169.254.170.23/v1/credentials"]);
    assert_eq!(asked[1].header("authorization"), "t-1");
    for url in
        ["http://evil.example/c", "http://169.254.169.254/c", "ftp://localhost/c", "http://127.0.0.1.evil.example/"]
    {
        let env = [("AWS_CONTAINER_CREDENTIALS_FULL_URI", url)];
        let (kind, shown) = failure(&*source("aws", CredentialParams::default(), &env), vec![]);
        assert!(kind == Kind::Authentication && shown.contains("must be https"), "{url}: {shown}");
    }
}

#[test]
fn last_the_machine() {
    let reply = r#"{"Code":"Success","AccessKeyId":"ASIAM","SecretAccessKey":"ms","Token":"mt","Expiration":"2026-11-22T08:29:45Z"}"#;
    let env = [HOME];
    let replies = vec![no_file(), no_file(), good("session"), good("my-role\n"), good(reply)];
    let (asked, granted) = converse(&*source("aws", CredentialParams::default(), &env), replies);
    assert_eq!(keys(&granted.unwrap()), ("ASIAM", "ms", Some("mt")));
    let folder = "http://169.254.169.254/latest/meta-data/iam/security-credentials/";
    let put = "PUT http://169.254.169.254/latest/api/token".to_owned();
    assert_eq!(lines(&asked)[2..], [put, format!("GET {folder}"), format!("GET {folder}my-role")]);
    assert_eq!(asked[2].header("x-aws-ec2-metadata-token-ttl-seconds"), "21600");
    assert_eq!(asked[4].header("x-aws-ec2-metadata-token"), "session");
    for replies in [vec![Canned::Silence], vec![good("session"), bad(404, "")]] {
        let (kind, shown) = failure(&*source("aws", CredentialParams::default(), &[]), replies);
        assert_eq!(kind, Kind::Authentication);
        assert!(shown.contains("AWS_ACCESS_KEY_ID"), "{shown}");
    }
}

#[test]
fn a_role_is_assumed_with_a_signature() {
    let entry = CredentialParams {
        aws_role_name: Some("arn:aws:iam::1:role/r"),
        aws_session_name: Some("sess"),
        aws_external_id: Some("ext 1"),
        aws_sts_endpoint: Some("http://127.0.0.1:9/sts"),
        ..CredentialParams::default()
    };
    let env = [ENV[0], ENV[1], ("AWS_SESSION_TOKEN", "env-token"), ("AWS_REGION", "eu-west-1")];
    let (asked, granted) = converse(&*source("aws", entry, &env), vec![assumed("AssumeRole")]);
    let granted = granted.unwrap();
    assert_eq!(keys(&granted), ("ASIA1", "role-secret", Some("role-token")));
    assert_eq!(granted.expires_at.unwrap().seconds(), NOW.seconds() + 3600);
    assert_eq!(lines(&asked), ["POST http://127.0.0.1:9/sts"]);
    assert_eq!(
        asked[0].body(),
        "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr&RoleSessionName=sess&ExternalId=ext%201"
    );
    let signed = Authorization::parse(asked[0].header("authorization")).unwrap();
    assert_eq!((signed.access_key_id, signed.scope.region, signed.scope.service), ("AKENV", "eu-west-1", "sts"));
    assert_eq!(
        (asked[0].header("x-amz-date"), asked[0].header("x-amz-security-token")),
        ("20261122T022945Z", "env-token")
    );
    let refusal =
        "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no, env-secret</Message></Error></ErrorResponse>";
    let (kind, shown) = failure(&*source("aws", entry, &env), vec![bad(403, refusal)]);
    assert!(kind == Kind::Authentication && shown.contains("AccessDenied: no, ***"), "{shown}");
    assert!(!shown.contains("env-secret"));
}
