//! The order of deployments in `/v2/model/info`.

use serde_json::Value;
use std::cmp::Ordering;
use tianji_core::{Error, Kind};

/// Sorts deployments as `/model/info` shows them. What a field says nothing of keeps its place, at the end.
///
/// # Errors
/// When there is no such field or order.
pub(super) fn sort(deployments: &mut [Value], by: &str, order: Option<&str>) -> Result<(), Error> {
    let descending = match order {
        None | Some("asc") => false,
        Some("desc") => true,
        Some(other) => return Err(unknown("sortOrder", other, "asc, desc")),
    };
    let turned = |order: Ordering| if descending { order.reverse() } else { order };
    match by {
        "model_name" => {
            deployments.sort_by(|one, other| turned(text(one, "/model_name").cmp(&text(other, "/model_name"))))
        }
        "costs" => deployments.sort_by(|one, other| match (cost(one), cost(other)) {
            (Some(one), Some(other)) => turned(one.total_cmp(&other)),
            (one, other) => other.is_some().cmp(&one.is_some()),
        }),
        // Those of the configuration file were made when it was written: they are all alike.
        "created_at" | "updated_at" | "status" => {
            let pointer = format!("/model_info/{by}");
            deployments.sort_by(|one, other| turned(text(one, &pointer).cmp(&text(other, &pointer))));
        }
        other => return Err(unknown("sortBy", other, "model_name, costs, created_at, updated_at, status")),
    }
    Ok(())
}

fn text(deployment: &Value, pointer: &str) -> Option<String> {
    deployment.pointer(pointer)?.as_str().map(str::to_lowercase)
}

/// Dollars for a token in and a token out.
fn cost(deployment: &Value) -> Option<f64> {
    let price = |name: &str| deployment.pointer(&format!("/model_info/{name}"))?.as_f64();
    let (input, output) = (price("input_cost_per_token"), price("output_cost_per_token"));
    (input.is_some() || output.is_some()).then(|| input.unwrap_or(0.0) + output.unwrap_or(0.0))
}

fn unknown(param: &'static str, given: &str, known: &str) -> Error {
    let words = format!("'{given}' is none of: {known}.");
    Error::client(Kind::BadRequest, words).with_param(param)
}

#[cfg(test)]
mod tests {
    use super::sort;
    use serde_json::{Value, json};

    #[test]
    fn deployments_are_put_in_order() {
        let priced =
            |name: &str, input: Value| json!({"model_name": name, "model_info": {"input_cost_per_token": input}});
        let all = [priced("b", json!(2e-6)), priced("C", Value::Null), priced("a", json!(1e-6))];
        for (by, order, expected) in [
            ("model_name", None, "a b C"),
            ("model_name", Some("desc"), "C b a"),
            ("costs", None, "a b C"),
            ("costs", Some("desc"), "b a C"),
            ("created_at", Some("desc"), "b C a"),
        ] {
            let mut sorted = all.clone();
            sort(&mut sorted, by, order).unwrap();
            let names: Vec<&str> = sorted.iter().filter_map(|entry| entry.get("model_name")?.as_str()).collect();
            assert_eq!(names.join(" "), expected, "{by} {order:?}");
        }
        assert!(sort(&mut all.clone(), "colour", None).is_err());
        assert!(sort(&mut all.clone(), "costs", Some("up")).is_err());
    }
}
