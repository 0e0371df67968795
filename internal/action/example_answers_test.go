package action_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/action/actiontest"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// ping posts one event to an address.
func ping(url string) action.Function[facts.Event] {
	service := action.NewHTTPClient("the service")
	return func(ctx context.Context, e *action.Event[facts.Event]) error {
		_, err := action.Outside(ctx, e, "ping/"+e.ID, func(ctx context.Context) (bool, error) {
			return true, service.PostJSON(ctx, url, map[string]string{"event": e.ID}, nil)
		})
		return err
	}
}

// What the answer of a service makes of the delivery. Only what is certain is retried:
// after a 5xx and a lost reply the effect may have happened, so an operator looks.
func ExampleHTTPClient_PostJSON() {
	event := stripetest.Body("evt_1", "customer.created", nil)
	for _, status := range []int{200, 429, 401, 422, 503, 0} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if status == 0 {
				panic(http.ErrAbortHandler) // the request came, the reply is lost
			}
			w.WriteHeader(status)
		}))
		d := actiontest.New(actiontest.InExample(), ping(s.URL)).Post(event)
		fmt.Println(status, d.State)
		s.Close()
	}
	refused := httptest.NewServer(http.NotFoundHandler())
	refused.Close() // nothing listens there now
	d := actiontest.New(actiontest.InExample(), ping(refused.URL)).Post(event)
	fmt.Println("not reached", d.State)
	// Output:
	// 200 done
	// 429 waiting
	// 401 parked
	// 422 parked
	// 503 unknown
	// 0 unknown
	// not reached waiting
}
