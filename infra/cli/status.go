package cli

import (
	"context"
	"errors"

	"github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/internal/status"
)

// Sources are what the status of the stack is read from.
func (t *Target) Sources() status.Sources {
	o := t.Operator()
	s := status.Sources{Store: o.Store, Ledger: o.Ledger, Quarantine: o.Quarantine, Bus: o.Bus, DeadLetters: o.DeadLetters, Now: o.Now}
	if t.Local != nil {
		s.Refused = t.refused
	}
	return s
}

// refused counts the webhook requests that the local stack did not answer 2xx.
func (t *Target) refused(ctx context.Context) (int, error) {
	all, err := ReadLocal[aws.RefusedCount](ctx, t, "refused/count")
	if err == nil && len(all) != 1 {
		err = errors.New("the local stack is of an older version: start it again")
	}
	if err != nil {
		return 0, err
	}
	return int(all[0].Refused), nil //nolint:gosec // requests of one machine
}
