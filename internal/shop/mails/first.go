package mails

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/payhooks/payhooks/internal/action"
)

// first is an error if another notice of a failure came first: on that day to the
// recipient, or of the payment, whose burst may go on past midnight. The ledger
// keeps which it was. It is called within the notice's own effect, where a plain
// error would leave the outcome unknown.
func (r *run) first(ctx context.Context, n notice, address string) error {
	if n.kind != kindFailed {
		return nil
	}
	for _, place := range places(n, address) {
		first, err := r.taken(ctx, place, n.key)
		switch {
		case err != nil:
			return action.NotSent(err)
		case first != n.key:
			return action.Skip("another failed payment was reported to this recipient today")
		}
	}
	return nil
}

// places are what one notice may take. The recipient is the customer at Stripe, else
// the address: several customers may share one, as in a company. An address
// has no place in the ledger: a digest stands for it, another one each day.
func places(n notice, address string) []string {
	day := dateOf(n.at)
	sum := sha256.Sum256([]byte(day + " " + cmp.Or(n.customer, strings.ToLower(address))))
	all := []string{"failed-to/" + day + "/" + hex.EncodeToString(sum[:8])}
	for _, day := range n.days {
		all = append(all, "failed-on/"+day+"/"+n.payment)
	}
	return all
}

// taken returns the key of the notice that took the place first, if need be this one.
func (r *run) taken(ctx context.Context, place, key string) (string, error) {
	known, ok := r.places[place]
	if !ok {
		known.is, known.err = action.Fetch(ctx, r.e, place, func(context.Context) (string, error) { return key, nil })
		r.places[place] = known
	}
	return known.is, known.err
}
