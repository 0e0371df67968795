package webhook

import (
	"bytes"

	"github.com/payhooks/payhooks/internal/event"
)

// object is what is read of data.object, over all API versions.
type object struct {
	id, kind, customer, currency, status token

	// What the object belongs to. Each is an id or an expanded object's id.
	intent, charge, subscription, invoice, source token

	amount int64
	rank   int // of the field that amount came from; 0 is none
}

var objectNames = named("id", "object", "customer", "currency", "status", "payment_intent", "charge", "subscription", "invoice",
	"source_transaction", "parent", "payment", "payments", "amount", "amount_total", "total", "amount_paid", "amount_requested", "net_amount")

func (s *scanner) object(o *object) {
	for m := (members{names: objectNames}); s.next(&m); {
		switch string(m.key) {
		case "id":
			o.id = s.value()
		case "object":
			o.kind = s.value()
		case "currency":
			o.currency = s.value()
		case "status":
			o.status = s.value()
		case "customer":
			o.customer = s.reference()
		case "payment_intent":
			o.intent.set(s.reference())
		case "charge":
			o.charge.set(s.reference())
		case "subscription":
			o.subscription.set(s.reference())
		case "invoice":
			o.invoice = s.reference()
		case "source_transaction":
			o.source = s.reference()
		case "parent":
			s.parent(o)
		case "payment":
			s.payment(o)
		case "payments":
			s.payments(o)
		default:
			s.amount(o, amountRank(m.key))
		}
	}
}

// amountRank is how well key names what the object is about, 0 if it is no amount.
func amountRank(key []byte) int {
	switch string(key) {
	case "amount":
		return 6
	case "amount_total": // checkout sessions, quotes
		return 5
	case "total": // invoices
		return 4
	case "amount_paid": // invoice payments
		return 3
	case "amount_requested":
		return 2
	case "net_amount": // cash balance transactions
		return 1
	}
	return 0
}

// amount consumes a value and keeps it if it is an amount of a higher rank than what was
// seen before.
func (s *scanner) amount(o *object, rank int) {
	if rank <= o.rank {
		s.pass()
	} else if n, ok := s.value().integer(); ok {
		o.amount, o.rank = n, rank
	}
}

// set keeps the first string.
func (t *token) set(v token) {
	if t.kind != '"' {
		*t = v
	}
}

var idName = named("id")

// reference consumes a reference to another object: an id, or the object
// itself, which stands for its id.
func (s *scanner) reference() token {
	if s.peek() != '{' {
		return s.value()
	}
	var id token
	for m := (members{names: idName}); s.next(&m); {
		if string(m.key) == "id" {
			id = s.value()
		} else {
			s.pass()
		}
	}
	return id
}

// parent reads parent.subscription_details.subscription: invoices and invoice
// items since API version 2025-03-31.
func (s *scanner) parent(o *object) {
	s.inside("subscription_details", func() {
		s.inside("subscription", func() { o.subscription.set(s.reference()) })
	})
}

var paymentNames = named("payment_intent", "charge")

// payment reads the payment of an invoice payment.
func (s *scanner) payment(o *object) {
	if s.peek() != '{' {
		s.pass()
		return
	}
	for m := (members{names: paymentNames}); s.next(&m); {
		switch string(m.key) {
		case "payment_intent":
			o.intent.set(s.reference())
		case "charge":
			o.charge.set(s.reference())
		default:
			s.pass()
		}
	}
}

// payments reads an invoice's expanded list of invoice payments.
func (s *scanner) payments(o *object) {
	s.inside("data", func() {
		if s.peek() != '[' {
			s.pass()
			return
		}
		for first := true; s.element(first); first = false {
			s.inside("payment", func() { s.payment(o) })
		}
	})
}

// inside consumes a value; if it is an object with that key, read must consume
// the key's value.
func (s *scanner) inside(key string, read func()) {
	if s.peek() != '{' {
		s.pass()
		return
	}
	for m := (members{}); s.next(&m); {
		if string(m.key) == key {
			read()
			continue
		}
		s.pass()
	}
}

// facts adds the object's facts to f.
func (o *object) facts(f *event.Facts, to *texts) {
	f.Object = to.fact(o.id)
	f.ObjectType = to.fact(o.kind)
	f.Subject = o.subject(f.ObjectType, f.Object, to)
	f.Customer = to.fact(o.customer)
	if f.ObjectType == "customer" {
		f.Customer = f.Object
	}
	f.Currency = to.fact(o.currency)
	f.Status = to.fact(o.status)
	if o.rank > 0 {
		amount := o.amount
		f.Amount = &amount
	}
}

// subject is what the event is about, so that one query gives its story: the
// payment intent, else the charge, subscription or invoice that the object
// belongs to, else the object itself. A payment intent, a subscription and a
// charge without an intent are their own.
func (o *object) subject(kind, id string, to *texts) string {
	links := []token{o.intent, o.charge, o.subscription, o.invoice}
	switch kind {
	case "payment_intent", "subscription":
		links = nil
	case "charge":
		links = links[:1]
	case "transfer":
		if s := to.read(o.source); bytes.HasPrefix(s, []byte("ch_")) || bytes.HasPrefix(s, []byte("py_")) {
			links = append(links, o.source)
		}
	}
	for _, link := range links {
		if s := to.fact(link); s != "" {
			return s
		}
	}
	return id
}
