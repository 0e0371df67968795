package memory

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/event"
)

func checkKey(what, key string) error {
	if key == "" || len(key) >= keyLimit {
		return fmt.Errorf("%s of %d bytes, expected 1 to %d: %w", what, len(key), keyLimit-1, event.ErrInvalid)
	}
	return nil
}

// checkName is checkKey for a part of a key that # ends.
func checkName(what, name string) error {
	if strings.Contains(name, "#") {
		return fmt.Errorf("%s %q contains #: %w", what, name, event.ErrInvalid)
	}
	return checkKey(what, name)
}

func checkDelivery(ref event.DeliveryRef) error {
	return errors.Join(checkName("event id", ref.Event), checkName("action", ref.Action))
}

func checkEffect(ref event.EffectRef) error {
	if strings.ContainsAny(ref.Scope.Account, "#/") {
		return fmt.Errorf("account %q contains # or /: %w", ref.Scope.Account, event.ErrInvalid)
	}
	err := errors.Join(checkKey("effect key", ref.Key), checkName("action", ref.Action))
	n := len(effectKey(ref))
	if err == nil && n > idLimit {
		return fmt.Errorf("effect of %d bytes with its action and scope, expected up to %d: %w", n, idLimit, event.ErrInvalid)
	}
	return err
}

func effectKey(ref event.EffectRef) string {
	return ref.Action + "#effect#" + ref.Scope.Text() + "#" + ref.Key
}

// pair is a partition key and a sort key.
type pair struct{ a, b string }

func (p pair) compare(o pair) int { return cmp.Or(cmp.Compare(p.a, o.a), cmp.Compare(p.b, o.b)) }

// sorted returns the keys of m in order.
func sorted[K comparable, V any](m map[K]V, compare func(a, b K) int) []K {
	ks := make([]K, 0, len(m))
	for k := range m {
		ks = append(ks, k)
	}
	slices.SortFunc(ks, compare)
	return ks
}
