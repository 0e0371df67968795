package console

import "strings"

// advices say what to do about refused requests, by their reason.
var advices = []struct{ reason, sentence string }{
	{"bad_signature: no_header", "No Stripe-Signature header: not sent by Stripe, or a proxy removed it."},
	{"bad_signature: no_match", "No secret matches: is STRIPE_WEBHOOK_SECRET the one that stripe listen printed?"},
	{"bad_signature: too_old", "The signature is over five minutes old: a replayed request, or this clock is ahead."},
	{"bad_signature: too_new", "The signature is of the future: this machine's clock is behind."},
	{"bad_signature: malformed", "The Stripe-Signature header is not of Stripe's form: sign the request as payhooks trigger does."},
	{"bad_signature", "The signature does not match the body: nothing may change the body on its way."},
	{"bad_body", "The body is not the base64 that the gateway says it is."},
	{"unknown_endpoint", "There is no such endpoint: the path is /webhooks/default, or another of the stack's."},
	{"method", "Webhooks are posted: use POST."},
	{"too_large", "It is larger than any event of Stripe: look at what sends it."},
	{"no_secret", "The endpoint has no signing secret: set STRIPE_WEBHOOK_SECRET and start the stack again."},
	{"secret_failed", "The secret could not be read; Stripe sends it again."},
	{"store_failed", "The event could not be stored; Stripe sends it again."},
	{"panic", "Ingest failed: its stack is in the logs."},
	{"a live event", "It is of live mode: use a secret of test mode here."},
}

// advice is a sentence about what to do, empty if the reason says it all.
func advice(reason string) string {
	for _, a := range advices {
		if strings.HasPrefix(reason, a.reason) {
			return a.sentence
		}
	}
	return ""
}
