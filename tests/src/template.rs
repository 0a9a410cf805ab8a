//! The `CloudFormation` template as a JSON document, its short forms (`!Ref x`) written out (`{"Ref": "x"}`).

#![expect(clippy::indexing_slicing, reason = "a JSON value answers null for what it does not hold")]

use std::path::Path;

use anyhow::{Context, bail};
use saphyr::{LoadableYamlNode, ScalarOwned, YamlOwned};
use serde_json::{Map, Value, json};

/// A parsed template.
#[derive(Clone, Debug)]
pub struct Template(Value);

impl Template {
    /// Reads `infra/template.yaml`.
    ///
    /// # Errors
    /// The file cannot be read, or is not YAML that `CloudFormation` understands.
    pub fn of_the_repository() -> anyhow::Result<Self> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra/template.yaml");
        let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        Self::parse(&text)
    }

    /// Parses a template.
    ///
    /// # Errors
    /// The text is not one YAML document that has a JSON equivalent.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let documents = YamlOwned::load_from_str(text)?;
        let [document] = documents.as_slice() else {
            bail!("expected one YAML document, found {}", documents.len());
        };
        Ok(Self(to_json(document)?))
    }

    /// The value at a JSON pointer.
    #[must_use]
    pub fn at(&self, pointer: &str) -> Option<&Value> {
        self.0.pointer(pointer)
    }

    /// Ids and properties of the resources of one type, such as `AWS::SQS::Queue`.
    pub fn of_type(&self, kind: &str) -> impl Iterator<Item = (&str, &Value)> {
        self.resources()
            .filter(move |(_, resource)| resource["Type"] == kind)
            .map(|(id, resource)| (id, &resource["Properties"]))
    }

    /// Ids and whole definitions of all resources.
    pub fn resources(&self) -> impl Iterator<Item = (&str, &Value)> {
        let resources = self.0["Resources"].as_object();
        resources.into_iter().flatten().map(|(id, resource)| (id.as_str(), resource))
    }

    /// The properties of one resource; null if there is none of that id.
    #[must_use]
    pub fn properties(&self, id: &str) -> &Value {
        &self.0["Resources"][id]["Properties"]
    }

    /// This template with another value at a JSON pointer, to see a rule fail.
    ///
    /// # Errors
    /// There is nothing at the pointer to replace.
    pub fn with(&self, pointer: &str, value: Value) -> anyhow::Result<Self> {
        let mut changed = self.clone();
        *changed.0.pointer_mut(pointer).with_context(|| format!("nothing at {pointer}"))? = value;
        Ok(changed)
    }

    /// This template without one resource.
    ///
    /// # Errors
    /// There is no such resource.
    pub fn without(&self, resource: &str) -> anyhow::Result<Self> {
        let mut changed = self.clone();
        let resources = changed.0["Resources"].as_object_mut().context("no resources")?;
        resources.remove(resource).with_context(|| format!("no resource {resource}"))?;
        Ok(changed)
    }

    /// Every scalar with the JSON pointer that leads to it.
    #[must_use]
    pub fn scalars(&self) -> Vec<(String, &Value)> {
        let mut found = Vec::new();
        collect_scalars(&self.0, String::new(), &mut found);
        found
    }
}

/// The resource a `Ref` or a `Fn::GetAtt` names.
#[must_use]
pub fn target(reference: &Value) -> Option<&str> {
    reference["Ref"].as_str().or_else(|| reference["Fn::GetAtt"][0].as_str())
}

/// `validate-order` → `ValidateOrder`.
#[must_use]
pub fn pascal_case(name: &str) -> String {
    name.split('-')
        .flat_map(|word| {
            let mut letters = word.chars();
            letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters)
        })
        .collect()
}

fn to_json(node: &YamlOwned) -> anyhow::Result<Value> {
    Ok(match node {
        YamlOwned::Value(ScalarOwned::Null) => Value::Null,
        YamlOwned::Value(ScalarOwned::Boolean(value)) => json!(value),
        YamlOwned::Value(ScalarOwned::Integer(value)) => json!(value),
        YamlOwned::Value(ScalarOwned::String(value)) => json!(value),
        YamlOwned::Sequence(items) => Value::Array(items.iter().map(to_json).collect::<Result<_, _>>()?),
        YamlOwned::Mapping(entries) => {
            let mut object = Map::new();
            for (key, value) in entries {
                let key = key.as_str().context("a key that is not a string")?;
                object.insert(key.to_owned(), to_json(value)?);
            }
            Value::Object(object)
        }
        YamlOwned::Tagged(tag, value) => written_out(&tag.suffix, &to_json(value)?),
        YamlOwned::Value(ScalarOwned::FloatingPoint(_))
        | YamlOwned::Representation(..)
        | YamlOwned::Alias(_)
        | YamlOwned::BadValue => bail!("not usable in a template: {node:?}"),
    })
}

fn written_out(function: &str, argument: &Value) -> Value {
    match (function, argument.as_str().and_then(|text| text.split_once('.'))) {
        ("Ref" | "Condition", _) => json!({ function: argument }),
        ("GetAtt", Some((resource, attribute))) => json!({ "Fn::GetAtt": [resource, attribute] }),
        _ => json!({ format!("Fn::{function}"): argument }),
    }
}

fn collect_scalars<'a>(value: &'a Value, pointer: String, found: &mut Vec<(String, &'a Value)>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                let key = key.replace('~', "~0").replace('/', "~1");
                collect_scalars(member, format!("{pointer}/{key}"), found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect_scalars(item, format!("{pointer}/{index}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => found.push((pointer, value)),
    }
}
