package action_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/stripe/stripe-go/v76"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/action/actiontest"
	"github.com/payhooks/payhooks/internal/event"
)

// canaries are what no log line, record or effect may hold, however a function
// comes to say it.
const canaries = "canary@jenny.example <canary.two@jenny.example> 4000056655665556 4000 0566 5566 5556 whsec_canary3 sk_live_canary4 rk_test_canary5"

var canary = regexp.MustCompile(`(?i)canary|4000[ -]?0566`)

type paymentIntent = action.Event[stripe.PaymentIntent]

func outside(ctx context.Context, e *paymentIntent, err error) error {
	_, err = action.Outside(ctx, e, "mail/"+e.ID, func(context.Context) (string, error) { return "", err })
	return err
}

// Every way in which a function's own words get out of it.
var leaks = map[string]func(context.Context, *paymentIntent) error{
	"error":     func(context.Context, *paymentIntent) error { return errors.New(canaries) },
	"wrapped":   func(context.Context, *paymentIntent) error { return fmt.Errorf("send: %w", errors.New(canaries)) },
	"permanent": func(context.Context, *paymentIntent) error { return action.Permanent(errors.New(canaries)) },
	"later":     func(context.Context, *paymentIntent) error { return action.RetryAfter(errors.New(canaries), time.Hour) },
	"ignored":   func(context.Context, *paymentIntent) error { return action.Skip(canaries) },
	"outcome":   func(_ context.Context, e *paymentIntent) error { e.Outcome(canaries); return nil },
	"panic":     func(context.Context, *paymentIntent) error { panic(canaries) },
	"panicked error": func(context.Context, *paymentIntent) error {
		panic(errors.New(canaries))
	},
	"unknown effect": func(ctx context.Context, e *paymentIntent) error { return outside(ctx, e, errors.New(canaries)) },
	"rejected effect": func(ctx context.Context, e *paymentIntent) error {
		return outside(ctx, e, action.Permanent(errors.New(canaries)))
	},
	"transition": func(_ context.Context, e *paymentIntent) error {
		return action.Update(e, "seen", "row", "all", func(map[string]int) (map[string]int, error) { return nil, errors.New(canaries) })
	},
	"panicking transition": func(_ context.Context, e *paymentIntent) error {
		return action.Update(e, "seen", "row", "all", func(map[string]int) (map[string]int, error) { panic(canaries) })
	},
}

func TestLogsContainNoAddressSecretOrCardNumber(t *testing.T) {
	for name, leak := range leaks {
		t.Run(name, func(t *testing.T) {
			r := actiontest.New(t, leak)
			var log bytes.Buffer
			r.Handler.Log = slog.New(slog.NewJSONHandler(&log, nil))
			d := r.Post(body("evt_1"))
			r.Handler.Now = func() time.Time { return d.Next.Add(time.Second) }
			if _, err := r.Handler.Handle(t.Context(), events.SQSEvent{Records: []events.SQSMessage{{MessageId: "1", Body: `{"detail":{"id":"evt_1"}}`}}}); err != nil {
				t.Fatal(err)
			}
			effect, err := r.Store.Effect(t.Context(), event.EffectRef{Action: "action", Scope: r.Scope, Key: "mail/evt_1"})
			if err != nil {
				effect.Error = ""
			}
			record, err := json.Marshal([]any{d, r.Delivery("evt_1"), effect})
			if err != nil {
				t.Fatal(err)
			}
			for what, text := range map[string]string{"the log": log.String(), "the ledger": string(record)} {
				if canary.MatchString(text) {
					t.Errorf("%s has %s", what, text)
				}
			}
			if d.Error+d.Outcome == "" || log.Len() == 0 {
				t.Errorf("nothing is reported at all: %+v", d)
			}
		})
	}
}
