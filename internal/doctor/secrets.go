package doctor

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/ingest"
	"github.com/payhooks/payhooks/internal/stripeapi"
	"github.com/payhooks/payhooks/internal/webhook"
)

// secrets checks each endpoint's signing secrets, and the optional secrets.
func (r *run) secrets(ctx context.Context) []Finding {
	endpoints, err := webhook.ParseEndpoints(r.main.parameters["Endpoints"])
	if err != nil {
		return []Finding{{"secrets", Failed, "the parameter Endpoints cannot be read: " + err.Error(), deployMain(r.Stack) + " --parameter-overrides Endpoints=default=live"}}
	}
	var found []Finding
	if f, ok := r.partnerRow(endpoints); ok {
		found = append(found, f)
	}
	for _, name := range slices.Sorted(maps.Keys(endpoints)) {
		if name == ingest.EventBridgeEndpoint && r.eventSource() != "" {
			continue // the partner bus signs nothing
		}
		found = append(found, r.secret(ctx, "webhooks/"+name, signing, ""))
	}
	return append(found,
		r.secret(ctx, "stripe", apiKey, "not set: events that Stripe did not deliver are not listed"),
		r.secret(ctx, "slack", slackURL, "not set: no notice goes to Slack"))
}

// eventSource is the partner event source of the stack's EventBridge destination.
func (r *run) eventSource() string {
	if r.main == nil {
		return ""
	}
	return r.main.parameters["StripeEventSource"]
}

// partnerRow reports the row of the EventBridge destination if it is missing.
func (r *run) partnerRow(endpoints webhook.Endpoints) (f Finding, missing bool) {
	if r.eventSource() == "" {
		return f, false
	}
	_, err := ingest.EventBridgeRow(endpoints, r.eventSource())
	return Finding{
		"endpoint " + ingest.EventBridgeEndpoint, Failed, "is not in the parameter Endpoints: no event of the partner bus is stored",
		deployMain(r.Stack) + " --parameter-overrides StripeEventSource=" + r.eventSource() + " Endpoints=" + r.main.parameters["Endpoints"] + ",eventbridge=live",
	}, err != nil
}

// secret checks the value of one secret. absent is the finding for an optional
// one without a value.
func (r *run) secret(ctx context.Context, short string, check func(value string) (Result, string), absent string) Finding {
	name, f := r.Stack+"/"+short, Finding{Check: "secret " + short}
	value, err := r.Secrets(ctx, name)
	if err != nil {
		return r.unreadable(f, name, err, absent)
	}
	switch {
	case strings.TrimSpace(value) != "":
		f.Result, f.Found = check(value)
	case absent != "":
		f.Result, f.Found = OK, absent
	default:
		f.Result, f.Found = Failed, "has no value: ingest answers 5xx until it has one"
	}
	if f.Result != OK {
		f.Do = putSecret(name)
	}
	return f
}

// unreadable distinguishes a missing secret from one that is not readable.
func (r *run) unreadable(f Finding, name string, err error, absent string) Finding {
	switch {
	case code(err) == "InvalidRequestException" && says(err, "deletion"):
		f.Result, f.Found, f.Do = Failed, "is marked for deletion", "aws secretsmanager restore-secret --secret-id "+name
	case code(err) != "ResourceNotFoundException":
		return unknown(f.Check, err)
	case absent != "":
		f.Result, f.Found = OK, absent
	case says(err, "staging label"):
		f.Result, f.Found, f.Do = Failed, "has no value: ingest answers 5xx until it has one", putSecret(name)
	default:
		f.Result, f.Found = Failed, "does not exist: ingest answers 5xx until it does"
		f.Do = "aws secretsmanager create-secret --name " + name + " --secret-string whsec_…"
	}
	return f
}

func putSecret(name string) string {
	form := "whsec_…"
	switch {
	case strings.HasSuffix(name, "/stripe"):
		form = "rk_live_…"
	case strings.HasSuffix(name, "/slack"):
		form = "https://…"
	}
	return "aws secretsmanager put-secret-value --secret-id " + name + " --secret-string " + form
}

// signing reads the value as ingest does.
func signing(value string) (Result, string) {
	secrets, err := webhook.ParseSecrets(value)
	if err != nil {
		return Failed, "is not one or more whsec_… separated by commas: ingest answers 5xx"
	}
	return OK, "has " + count(len(secrets), "signing secret", "signing secrets")
}

// apiKey reads the value as the client of Stripe's API does.
func apiKey(value string) (Result, string) {
	kinds, err := stripeapi.KindsOf(value)
	switch {
	case err != nil:
		return Failed, `is neither a key (rk_live_…, rk_test_…) nor {"live":"rk_live_…","test":"rk_test_…"}`
	case !kinds.Live && !kinds.Test:
		return Warning, "has an empty key for both modes: events that Stripe did not deliver are not listed"
	case kinds.LiveSecret:
		return Warning, "has a sk_live_ key, which may do everything; a restricted key (rk_live_) that may only read is enough"
	}
	return OK, "has a key for " + modes(kinds)
}

func modes(k stripeapi.Kinds) string {
	switch {
	case k.Live && k.Test:
		return "live and test mode"
	case k.Live:
		return "live mode"
	}
	return "test mode"
}

// slackURL reads the value as the client of Slack does.
func slackURL(value string) (Result, string) {
	if u, err := url.Parse(strings.TrimSpace(value)); err != nil || u.Scheme != "https" || u.Host == "" {
		return Failed, "is not an https:// address"
	}
	return OK, "has an address"
}
