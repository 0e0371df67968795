package local

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/infra/local/template"
	"github.com/payhooks/payhooks/internal/webhook"
)

// addSecrets gives every endpoint of the parameter Endpoints its secret, as an operator
// of a deployed stack does: the template has that of the first only.
func addSecrets(t *template.Stack) error {
	for _, f := range t.Functions {
		text, ok := f.Env["ENDPOINTS"]
		if !ok {
			continue
		}
		endpoints, err := webhook.ParseEndpoints(text)
		if err != nil {
			return fmt.Errorf("parameter Endpoints: %w", err)
		}
		for _, name := range slices.Sorted(maps.Keys(endpoints)) {
			t.AddSecret(WebhookSecrets + name)
		}
	}
	return nil
}

// WebhookSecrets is what the names of all signing secrets begin with.
const WebhookSecrets = StackName + "/webhooks/"

// seeds are the signing secrets of the endpoints that have none, and the key
// of Stripe's API.
func (s *Stack) seeds() map[string]string {
	out := map[string]string{StackName + "/stripe": cmp.Or(s.cfg.StripeKey, fakeKeys)}
	for _, secret := range s.Template.Secrets {
		if secret.Value == "" && strings.HasPrefix(secret.Name, WebhookSecrets) {
			out[secret.Name] = s.cfg.Secret
		}
	}
	return out
}
