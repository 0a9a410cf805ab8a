//! The routes of the HTTP API: the one list that the functions, the template, the local server and
//! the OpenAPI document are checked against.

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// Anybody.
    Public,
    /// Staff: the gateway verifies the JWT, `app::access` the role and the merchant.
    Staff,
    /// A channel: the function verifies its API key or its signature over the raw body.
    Channel,
}

/// A route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// The route as the gateway names it: the method, a space, the path with its `{parameters}`.
    pub key: &'static str,
    /// The function that answers.
    pub function: &'static str,
    /// Who may call it.
    pub caller: Caller,
}

impl Route {
    /// The method.
    #[must_use]
    pub fn method(&self) -> &'static str {
        self.key.split_once(' ').map_or(self.key, |(method, _)| method)
    }

    /// The path with its `{parameters}`.
    #[must_use]
    pub fn path(&self) -> &'static str {
        self.key.split_once(' ').map_or("", |(_, path)| path)
    }
}

/// All routes.
pub const ROUTES: &[Route] = &[
    channel("POST /v1/channels/{channel}/orders", "receive-order"),
    channel("POST /v1/channels/{channel}/uploads", "receive-order"),
    channel("GET /v1/channels/{channel}/uploads/{upload}", "receive-order"),
    channel("GET /v1/channels/{channel}/uploads/{upload}/report", "receive-order"),
    channel("POST /v1/channels/{channel}/polls", "receive-order"),
    channel("POST /v1/channels/{channel}/orders/dry-run", "receive-order"),
    channel("POST /v1/channels/{channel}/reports/{id}", "receive-answer"),
    staff("POST /v1/merchants/{merchant}/orders", "receive-order"),
    staff("GET /v1/channels/{channel}/payloads", "receive-order"),
    staff("POST /v1/channels/{channel}/payloads/{payload}/reprocess", "receive-order"),
    staff("GET /v1/orders/{id}/source", "receive-order"),
    staff("GET /v1/orders", "query-orders"),
    staff("GET /v1/orders/{id}", "query-orders"),
    staff("GET /v1/worklist", "query-orders"),
    staff("GET /v1/merchants/{merchant}/worklist", "query-orders"),
    staff("POST /v1/addresses/check", "query-orders"),
    public("GET /openapi.json", "query-orders"),
    staff("POST /v1/orders/{id}/commands", "operate-order"),
    staff("POST /v1/payments/deposits", "operate-order"),
    staff("POST /v1/shipments/{id}/events", "receive-fulfilment"),
    staff("PUT /v1/merchants/{merchant}", "manage-merchant"),
    staff("GET /v1/merchants/{merchant}", "manage-merchant"),
    staff("GET /v1/merchants/{merchant}/rules", "manage-merchant"),
    staff("PUT /v1/merchants/{merchant}/rules", "manage-merchant"),
    staff("GET /v1/merchants/{merchant}/rules/{version}", "manage-merchant"),
    staff("GET /v1/merchants/{merchant}/rule-versions", "manage-merchant"),
    staff("POST /v1/merchants/{merchant}/rules/dry-run", "manage-merchant"),
    staff("GET /v1/merchants/{merchant}/export", "manage-merchant"),
    staff("POST /v1/merchants/{merchant}/import", "manage-merchant"),
    staff("PUT /v1/merchants/{merchant}/channels/{channel}", "manage-merchant"),
    staff("PUT /v1/merchants/{merchant}/products/{sku}", "manage-merchant"),
    staff("GET /v1/merchants/{merchant}/products/{sku}", "manage-merchant"),
    staff("GET /v1/merchants/{merchant}/products", "manage-merchant"),
    staff("PUT /v1/merchants/{merchant}/promotions/{code}", "manage-merchant"),
    staff("GET /v1/merchants/{merchant}/promotions/{code}", "manage-merchant"),
    staff("DELETE /v1/merchants/{merchant}/promotions/{code}", "manage-merchant"),
    staff("GET /v1/merchants/{merchant}/promotions", "manage-merchant"),
    staff("PUT /v1/merchants/{merchant}/accounts/{account}", "manage-merchant"),
    staff("GET /v1/merchants/{merchant}/accounts/{account}", "manage-merchant"),
    staff("GET /v1/merchants/{merchant}/accounts", "manage-merchant"),
    staff("PUT /v1/merchants/{merchant}/point-issuers/{issuer}", "manage-merchant"),
    staff("GET /v1/merchants/{merchant}/point-issuers", "manage-merchant"),
    staff("POST /v1/merchants/{merchant}/point-issuers/{issuer}/adjustments", "manage-merchant"),
    staff("PUT /v1/merchants/{merchant}/block-list", "manage-merchant"),
    staff("GET /v1/merchants/{merchant}/block-list", "manage-merchant"),
    staff("DELETE /v1/merchants/{merchant}/block-list/{kind}/{hash}", "manage-merchant"),
    staff("GET /v1/stock/{merchant}/{sku}", "manage-merchant"),
    staff("POST /v1/stock/{merchant}/{sku}/receipts", "manage-merchant"),
    staff("POST /v1/stock/{merchant}/{sku}/adjustments", "manage-merchant"),
    staff("GET /v1/stock/{merchant}/{sku}/ledger", "manage-merchant"),
];

const fn public(key: &'static str, function: &'static str) -> Route {
    Route { key, function, caller: Caller::Public }
}

const fn staff(key: &'static str, function: &'static str) -> Route {
    Route { key, function, caller: Caller::Staff }
}

const fn channel(key: &'static str, function: &'static str) -> Route {
    Route { key, function, caller: Caller::Channel }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_route_is_there_once_and_can_be_taken_apart() {
        let keys: BTreeSet<_> = ROUTES.iter().map(|route| route.key).collect();
        assert_eq!(keys.len(), ROUTES.len());
        for route in ROUTES {
            assert!(["GET", "POST", "PUT", "DELETE"].contains(&route.method()), "{}", route.key);
            assert!(route.path().starts_with('/'), "{}", route.key);
        }
    }

    #[test]
    fn only_the_api_description_is_open_to_anybody() {
        let open: Vec<_> = ROUTES.iter().filter(|route| route.caller == Caller::Public).collect();
        assert_eq!(open.len(), 1);
        assert_eq!(open[0].path(), "/openapi.json");
    }
}
