package doctor

import (
	"context"
	"errors"
	"strings"

	"github.com/payhooks/payhooks/internal/event"
)

// outputExecuteAPI is the stack's output with API Gateway's own URL besides a domain.
const outputExecuteAPI = "ExecuteApiUrl"

// domain checks that API Gateway's own URL is closed once nothing posts to it, and not
// before: Stripe would get 404 and give up after three days.
func (r *run) domain(ctx context.Context) []Finding {
	const check = "domain"
	domain := r.main.parameters["Domain"]
	if domain == "" {
		return nil // the URL is API Gateway's
	}
	closed := r.main.parameters["ExecuteApi"] == "off"
	posts, err := r.Registered.PostsTo(ctx, r.main.outputs[outputExecuteAPI])
	move := "payhooks connect --url https://" + domain + " --yes --stack " + r.Stack
	switch {
	case errors.Is(err, event.ErrNotConfigured):
		return []Finding{{check, Unknown, "there is no Stripe API key that could tell who still posts to API Gateway's own URL", "STRIPE_API_KEY=rk_… payhooks doctor --stack " + r.Stack}}
	case err != nil:
		return []Finding{unknown(check, err)}
	case len(posts) > 0 && closed:
		return []Finding{{check, Failed, strings.Join(posts, ", ") + " at Stripe posts to API Gateway's own URL, which ExecuteApi=off has closed", move}}
	case len(posts) > 0:
		return []Finding{{check, Warning, strings.Join(posts, ", ") + " at Stripe still posts to API Gateway's own URL", move}}
	case !closed:
		return []Finding{{check, Warning, "nothing at Stripe uses API Gateway's own URL any more, and it still answers", deployMain(r.Stack) + " --parameter-overrides ExecuteApi=off"}}
	}
	return []Finding{{Check: check, Result: OK, Found: domain + "; API Gateway's own URL is closed"}}
}
