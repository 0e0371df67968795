package console

import (
	"fmt"
	"net/url"

	"github.com/payhooks/payhooks/internal/event"
)

// curl is a command line that posts an event again: the shell reads its bytes and signs
// them, so that neither they nor the secret are on the page, and the signature is fresh.
func (s LocalStack) curl(id, endpoint string) string {
	if s.API == "" || !ids.MatchString(id) || endpoint == "" || endpoint == event.EndpointListed || endpoint == event.EndpointImported {
		return ""
	}
	return fmt.Sprintf(`payhooks events show %s --raw > event.json && t=$(date +%%s) && `+
		`curl -H "Stripe-Signature: t=$t,v1=$( (printf %%s. $t; cat event.json) | openssl dgst -sha256 -hmac "${STRIPE_WEBHOOK_SECRET:-whsec_local}" -r | cut -c1-64)" `+
		`--data-binary @event.json %s/webhooks/%s`, id, s.API, url.PathEscape(endpoint))
}
