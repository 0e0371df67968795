package action_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/action/actiontest"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// mirror copies customers to a service that takes a PUT: twice the same is once.
func mirror(url string) action.Function[facts.Event] {
	service := action.NewHTTPClient("the directory")
	return func(ctx context.Context, e *action.Event[facts.Event]) error {
		_, err := action.Outside(ctx, e, "put/"+e.ID, func(ctx context.Context) (bool, error) {
			body, err := json.Marshal(map[string]string{"customer": e.Customer})
			if err != nil {
				return false, action.Permanent(err)
			}
			req, err := http.NewRequestWithContext(ctx, http.MethodPut, url+"/"+e.Customer, bytes.NewReader(body))
			if err != nil {
				return false, action.Permanent(err)
			}
			req.Header.Set("Idempotency-Key", e.ID) // for a POST
			return true, service.Do(req, nil)
		}, action.AtLeastOnce)
		return err
	}
}

// A receiver that recognises repeats: what is unknown otherwise is tried again.
func ExampleOutside_atLeastOnce() {
	requests := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests++
		if requests == 1 {
			w.WriteHeader(http.StatusBadGateway) // did it happen?
		}
	}))
	defer s.Close()

	r := actiontest.New(actiontest.InExample(), mirror(s.URL))
	d := r.Post(stripetest.Body("evt_1", "customer.updated", nil))
	fmt.Println(d.State)
	r.Now = d.Next
	d = r.Deliver("evt_1")
	fmt.Println(d.State, "after", requests, "requests")
	// Output:
	// waiting
	// done after 2 requests
}
