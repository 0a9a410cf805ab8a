//! The table and the archive.

use juchu::adapters::dynamo::table;
use juchu_tests::template::Template;
use serde_json::{Value, json};

use crate::{Problems, deviations, finds, holds, items};

fn table_mistakes(template: &Template) -> Problems {
    let indexes = table::INDEXES.map(|index| {
        let projection = match index.carries {
            [] => json!({ "ProjectionType": "KEYS_ONLY" }),
            carries => json!({ "ProjectionType": "INCLUDE", "NonKeyAttributes": carries }),
        };
        json!({ "IndexName": index.name, "KeySchema": key_schema(index.key), "Projection": projection })
    });
    let expected = json!({
        "DeletionPolicy": "RetainExceptOnCreate",
        "UpdateReplacePolicy": "Retain",
        "Properties": {
            "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": key_schema(table::KEY),
            "GlobalSecondaryIndexes": indexes,
            "StreamSpecification": { "StreamViewType": "NEW_IMAGE" },
            "TimeToLiveSpecification": { "AttributeName": table::TTL_ATTRIBUTE, "Enabled": true },
            "PointInTimeRecoverySpecification": { "PointInTimeRecoveryEnabled": true },
            "SSESpecification": { "SSEEnabled": true },
            "DeletionProtectionEnabled": { "Fn::If": ["IsProduction", true, false] },
        },
    });
    deviations("Table", template.at("/Resources/Table"), &expected)
}

#[test]
fn the_table_is_encrypted_recoverable_and_streams_what_is_written() {
    holds(table_mistakes);
    for lost in
        ["StreamSpecification", "TimeToLiveSpecification", "SSESpecification", "GlobalSecondaryIndexes"]
    {
        finds(table_mistakes, &format!("Table/Properties/{lost}"), Value::Null);
    }
    let recovery = "Table/Properties/PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled";
    finds(table_mistakes, recovery, json!(false));
}

fn archive_mistakes(template: &Template) -> Problems {
    let archive = json!({
        "DeletionPolicy": "RetainExceptOnCreate",
        "Properties": {
            "BucketEncryption": {
                "ServerSideEncryptionConfiguration": [{ "ServerSideEncryptionByDefault": { "SSEAlgorithm": "AES256" } }],
            },
            "VersioningConfiguration": { "Status": "Enabled" },
            "PublicAccessBlockConfiguration": {
                "BlockPublicAcls": true,
                "BlockPublicPolicy": true,
                "IgnorePublicAcls": true,
                "RestrictPublicBuckets": true,
            },
        },
    });
    let mut problems = deviations("Archive", template.at("/Resources/Archive"), &archive);
    let mut rules = items(&template.properties("Archive")["LifecycleConfiguration"]["Rules"]);
    if !rules.any(|rule| rule["ExpirationInDays"].as_u64() >= Some(7 * 365)) {
        problems.push("Archive: nothing is kept for seven years and then removed".to_owned());
    }
    let only_over_tls = json!({
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Condition": { "Bool": { "aws:SecureTransport": "false" } },
    });
    let policy = template.at("/Resources/ArchivePolicy/Properties/PolicyDocument/Statement/0");
    problems.extend(deviations("ArchivePolicy", policy, &only_over_tls));
    problems
}

#[test]
fn the_archive_is_private_encrypted_versioned_and_read_over_tls_only() {
    holds(archive_mistakes);
    finds(
        archive_mistakes,
        "Archive/Properties/PublicAccessBlockConfiguration/BlockPublicPolicy",
        json!(false),
    );
    finds(archive_mistakes, "Archive/Properties/LifecycleConfiguration/Rules", json!([]));
    finds(archive_mistakes, "ArchivePolicy/Properties/PolicyDocument/Statement/0/Effect", json!("Allow"));
}

fn key_schema((hash, range): (&str, &str)) -> Value {
    json!([{ "AttributeName": hash, "KeyType": "HASH" }, { "AttributeName": range, "KeyType": "RANGE" }])
}
