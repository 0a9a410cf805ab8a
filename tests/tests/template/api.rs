//! The HTTP API, and the staff who may call it.

use std::collections::BTreeSet;

use juchu::app::access::Role;
use juchu::lambda::routes::{Caller, ROUTES, Route};
use juchu_tests::template::{Template, pascal_case};
use serde_json::{Value, json};

use crate::{Problems, deviations, finds, holds, wrong_properties};

fn route_mistakes(template: &Template) -> Problems {
    let mut problems = Problems::new();
    let routes = || template.of_type("AWS::ApiGatewayV2::Route").map(|(_, route)| route);

    let known: BTreeSet<&str> = ROUTES.iter().map(|route| route.key).collect();
    let surplus = routes().filter(|route| !route["RouteKey"].as_str().is_some_and(|key| known.contains(key)));
    problems.extend(surplus.map(|route| format!("{} is no route of the API", route["RouteKey"])));

    for &Route { key, function, caller } in ROUTES {
        let found: Vec<&Value> = routes().filter(|route| route["RouteKey"] == key).collect();
        let [route] = found.as_slice() else {
            problems.push(format!("{key} is there {} times", found.len()));
            continue;
        };
        let id = pascal_case(function);
        let mut expected = json!({
            "ApiId": { "Ref": "Api" },
            "Target": { "Fn::Sub": format!("integrations/${{{id}Integration}}") },
            "AuthorizationType": "NONE",
        });
        if caller == Caller::Staff {
            expected["AuthorizationType"] = json!("JWT");
            expected["AuthorizerId"] = json!({ "Ref": "StaffAuthorizer" });
        }
        problems.extend(deviations(key, Some(route), &expected));

        let expected = json!({
            "ApiId": { "Ref": "Api" },
            "IntegrationType": "AWS_PROXY",
            "IntegrationUri": { "Fn::GetAtt": [id, "Arn"] },
            "PayloadFormatVersion": "2.0",
        });
        problems.extend(wrong_properties(template, &format!("{id}Integration"), &expected));
        let expected = json!({ "FunctionName": { "Ref": id }, "Principal": "apigateway.amazonaws.com" });
        problems.extend(wrong_properties(template, &format!("{id}Permission"), &expected));
    }
    problems
}

#[test]
fn the_routes_are_those_of_the_api_and_lead_to_their_functions() {
    holds(route_mistakes);
    finds(route_mistakes, "ReceiveOrderRoute/Properties/RouteKey", json!("POST /v1/orders"));
    finds(route_mistakes, "GetOrderRoute/Properties/Target", json!("integrations/elsewhere"));
    finds(route_mistakes, "ManageMerchantPermission/Properties/FunctionName/Ref", json!("QueryOrders"));
}

#[test]
fn every_staff_route_demands_a_token() {
    for (id, access) in [("GetOrderRoute", "NONE"), ("ReceiveStockRoute", "NONE"), ("GetOpenApiRoute", "JWT")]
    {
        finds(route_mistakes, &format!("{id}/Properties/AuthorizationType"), json!(access));
    }
}

fn staff_mistakes(template: &Template) -> Problems {
    let authorizer = json!({
        "AuthorizerType": "JWT",
        "JwtConfiguration": {
            "Issuer": { "Fn::Sub": "https://cognito-idp.${AWS::Region}.${AWS::URLSuffix}/${StaffPool}" },
            "Audience": [{ "Ref": "StaffClient" }],
        },
    });
    let pool = json!({ "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": true } });
    let client = json!({
        "UserPoolId": { "Ref": "StaffPool" },
        "ReadAttributes": ["name", "custom:merchants"],
        "WriteAttributes": ["name"],
    });
    let mut problems = wrong_properties(template, "StaffAuthorizer", &authorizer);
    problems.extend(wrong_properties(template, "StaffPool", &pool));
    problems.extend(wrong_properties(template, "StaffClient", &client));

    let groups = template.of_type("AWS::Cognito::UserPoolGroup");
    let roles: BTreeSet<&str> = groups.filter_map(|(_, group)| group["GroupName"].as_str()).collect();
    if roles != BTreeSet::from(Role::ALL.map(Role::name)) {
        problems.push(format!("the groups of the pool are {roles:?}"));
    }
    problems
}

#[test]
fn staff_are_made_by_an_administrator_and_cannot_widen_their_own_scope() {
    holds(staff_mistakes);
    finds(staff_mistakes, "StaffClient/Properties/WriteAttributes", json!(["name", "custom:merchants"]));
    finds(staff_mistakes, "StaffPool/Properties/AdminCreateUserConfig", json!({}));
    finds(staff_mistakes, "StaffAuthorizer/Properties/JwtConfiguration/Audience", json!([]));
    finds(staff_mistakes, "AuditorGroup/Properties/GroupName", json!("ADMINISTRATOR"));
}
