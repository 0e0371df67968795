package action_test

import (
	"context"
	"fmt"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/action/actiontest"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/mail"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// mailer mails the team. Its mail.Client is mail.New(s.AWS, start.Now) in main.go.
type mailer struct {
	from, to string
	client   interface {
		Send(ctx context.Context, m mail.Mail) (string, error)
	}
}

func (m mailer) disputed(ctx context.Context, e *action.Event[facts.Event]) error {
	key := "dispute/" + e.Object.Dispute.ID
	_, err := action.Outside(ctx, e, key, func(ctx context.Context) (string, error) {
		if m.to == "" {
			return "", action.Skip("no address is set")
		}
		text := fmt.Sprintf("Dispute %s of charge %s. Answer it in the dashboard.", e.Object.Dispute.ID, e.Object.Dispute.Charge)
		return m.client.Send(ctx, mail.Mail{From: m.from, To: m.to, Subject: "A payment is disputed", Text: text, Kind: "dispute", Event: e.ID, Key: key})
	})
	return err
}

// outgoing is a client that keeps what would be sent.
type outgoing struct{ sent []mail.Mail }

func (o *outgoing) Send(_ context.Context, m mail.Mail) (string, error) {
	o.sent = append(o.sent, m)
	return "message-1", nil
}

// A mail: one for each dispute, although two events report it.
func ExampleOutside() {
	out := &outgoing{}
	r := actiontest.New(actiontest.InExample(), mailer{"shop@example.com", "team@example.com", out}.disputed)
	dispute := stripetest.Object{"id": "dp_1", "charge": "ch_1"}
	fmt.Println(r.Post(stripetest.Body("evt_1", "charge.dispute.created", dispute)).State)
	fmt.Println(r.Post(stripetest.Body("evt_2", "charge.dispute.updated", dispute)).Outcome)
	for _, m := range out.sent {
		fmt.Println(m.To, m.Text)
	}
	// Output:
	// done
	// already done for evt_1
	// team@example.com Dispute dp_1 of charge ch_1. Answer it in the dashboard.
}
