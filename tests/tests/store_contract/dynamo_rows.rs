//! Rows as DynamoDB keeps them.
