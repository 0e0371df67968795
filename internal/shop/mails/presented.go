package mails

import (
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/money"
)

// presented is what the customer saw of a payment, which was of that much in the shop's
// currency. Nothing where there is no other currency.
type presented struct {
	facts.Presentment
	of money.Amount
}

// show is what the customer saw of the amount, zero for the amount itself.
func (s presented) show(a money.Amount) money.Amount {
	if s.of.Currency != a.Currency {
		return money.Amount{}
	}
	seen, _ := s.Of(a.Minor, s.of.Minor)
	return seen
}

func presentedOf(p facts.Presentment, minor int64, currency string) presented {
	return presented{p, money.Amount{Minor: minor, Currency: currency}}
}

// recordPresented keeps the newest that is known of a payment.
func (s *studied) recordPresented(payment string, p facts.Presentment, minor int64, currency string) {
	if p.Currency != "" {
		s.presented[payment] = presentedOf(p, minor, currency)
	}
}
