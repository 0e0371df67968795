package order

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/money"
)

// Effect says in a few words what the event did to its order, for people: "order #10482
// paid 48.73 EUR", or "order #10482 stays paid" of one that came late, or reports what
// another has reported.
func Effect(e facts.Event, old, o Order) string {
	name := "order " + o.Shown()
	switch {
	case o.knew(e, old):
		return name + " stays " + words(o.Status)
	case e.Dispute != nil:
		return disputeEffect(*e.Dispute, name)
	case e.Refund != nil:
		return refundEffect(o.Facts.Refunds[e.Refund.ID].Status, amountText(e.Refund.Amount, e.Refund.Currency), name)
	case e.Type == "charge.refunded" && o.Refunded > 0:
		before, _ := e.Previous.Int("amount_refunded")
		return refundEffect("succeeded", amountText(min(e.Charge.AmountRefunded-before, o.Refunded), e.Charge.Currency), name)
	}
	return o.became(name)
}

// knew reports whether the order was before the event as it is: of a dispute or refund
// nothing new is known, or of the payment nothing that people see.
func (o Order) knew(e facts.Event, old Order) bool {
	seen := func(o Order) [6]any {
		return [6]any{o.Status, o.Amount, o.Paid, o.Refunded, o.Disputed, o.Lost}
	}
	switch {
	case old.Status == "":
		return false
	case e.Dispute != nil:
		return reflect.DeepEqual(old.Facts.Disputes[e.Dispute.ID], o.Facts.Disputes[e.Dispute.ID])
	case e.Refund != nil:
		return reflect.DeepEqual(old.Facts.Refunds[e.Refund.ID], o.Facts.Refunds[e.Refund.ID])
	}
	return seen(old) == seen(o)
}

// became is the order's status with the amount that it is about.
func (o Order) became(name string) string {
	switch o.Status {
	case "": // only what ties an invoice to the orders of its payments
		return o.Order + " noted: its payments are the orders"
	case Paid:
		return name + " paid " + amountText(o.Paid, o.Currency)
	case Refunded, PartiallyRefunded:
		return name + " " + words(o.Status) + ", " + amountText(o.Refunded, o.Currency)
	case Failed:
		return "payment of " + name + " failed"
	case Open, Authorized:
		return name + " " + o.Status + ", " + amountText(o.Amount, o.Currency)
	}
	return name + " " + o.Status
}

func disputeEffect(d facts.Dispute, name string) string {
	amount := amountText(d.Amount, d.Currency)
	switch rank := disputeRank[d.Status]; {
	case d.Status == "lost", d.Status == "won", d.Status == "prevented":
		return "dispute of " + name + " " + d.Status + ", " + amount
	case rank == 4, rank == 5:
		return amount + " of " + name + " disputed"
	case rank == 3:
		return "inquiry about " + name + " closed"
	case rank > 0:
		return "inquiry about " + name + ", " + amount
	}
	return "dispute of " + name + " is " + words(d.Status)
}

func refundEffect(status, amount, name string) string {
	switch refundRank[status] {
	case 1, 2:
		return "refund of " + amount + " of " + name + " pending"
	case 4, 5:
		return "refund of " + amount + " of " + name + " " + status
	}
	return "refunded " + amount + " of " + name
}

func amountText(minor int64, currency string) string {
	return money.Amount{Minor: minor, Currency: currency}.String()
}

func words(status string) string { return strings.ReplaceAll(status, "_", " ") }

// number is a reference that names an order and no person: digits with a few letters
// before. A shop may refer to an account or write a name, and a log outlives an erasure.
var number = regexp.MustCompile(`^#?((?:[A-Z]{1,6}[-_]?)?[0-9]{1,8}(?:[-/][0-9]{1,8})?|order[-_][0-9]{1,12})$`)

// Shown is the order's number, else its id.
func (o Order) Shown() string {
	if m := number.FindStringSubmatch(o.Reference); m != nil {
		return fmt.Sprint("#", m[1])
	}
	return o.Order
}
