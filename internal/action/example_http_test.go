package action_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/action/actiontest"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// crm records cancelled subscriptions in a CRM.
type crm struct {
	url     string
	service *action.HTTPClient
}

// contact and note are what the CRM takes, created is its answer to a contact.
type (
	contact struct{ Customer string }
	note    struct{ Contact, Text string }
	created struct{ ID string }
)

// cancelled makes a contact, once for each customer, and a note with the contact's id,
// once for each event.
func (c crm) cancelled(ctx context.Context, e *action.Event[facts.Event]) error {
	sub := e.Object.Subscription
	made, err := action.Outside(ctx, e, "contact/"+sub.Customer, func(ctx context.Context) (created, error) {
		var reply created
		err := c.service.PostJSON(ctx, c.url+"/contacts", contact{sub.Customer}, &reply)
		return reply, err
	})
	if err != nil {
		return err
	}
	_, err = action.Outside(ctx, e, "note/"+e.ID, func(ctx context.Context) (bool, error) {
		return true, c.service.PostJSON(ctx, c.url+"/notes", note{made.ID, sub.ID + " was cancelled"}, nil)
	})
	return err
}

// Two steps over HTTP. The CRM is busy at the second one; the next attempt begins there,
// with the contact that the first attempt made.
func ExampleHTTPClient() {
	busy := true
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Println("POST", r.URL.Path)
		if r.URL.Path == "/notes" && busy {
			w.Header().Set("Retry-After", "90")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		fmt.Fprint(w, `{"id":"contact-7"}`)
	}))
	defer service.Close()

	r := actiontest.New(actiontest.InExample(), crm{service.URL, action.NewHTTPClient("the CRM")}.cancelled)
	d := r.Post(stripetest.Body("evt_1", "customer.subscription.deleted", stripetest.Object{"id": "sub_1", "customer": "cus_1"}))
	fmt.Println(d.State, d.Next.Sub(r.Now).Round(time.Second), d.Error)
	fmt.Printf("%s %s\n", r.Effect("contact/cus_1").State, r.Effect("contact/cus_1").Result)

	busy, r.Now = false, d.Next
	d = r.Deliver("evt_1")
	fmt.Println(d.State, "after", d.Attempts, "attempts")
	// Output:
	// POST /contacts
	// POST /notes
	// waiting 1m30s call throttled: the CRM answered 429
	// done {"ID":"contact-7"}
	// POST /notes
	// done after 2 attempts
}
