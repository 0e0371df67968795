package dynamo

import (
	"errors"
	"fmt"
	"strings"

	"github.com/payhooks/payhooks/internal/event"
)

// Every key of the tables of events and deliveries, and of their indexes, is
// made in this file.

const (
	// keyLimit is one more than the longest key that every index takes.
	keyLimit = 1024
	// idLimit is the longest partition key of a table.
	idLimit = 2048
)

// deliveryID is ACTION#EVENT. The action comes first, since IAM can narrow a
// role to a prefix of the partition key only.
func deliveryID(ref event.DeliveryRef) string { return ref.Key() }

// effectID is ACTION#effect#SCOPE#KEY. Neither an action's name nor an event's
// id contains #, so it is never a delivery's.
func effectID(ref event.EffectRef) string {
	return ref.Action + "#effect#" + ref.Scope.Text() + "#" + ref.Key
}

// key is the primary key of an item in any table but the quarantine.
func key(id string) item { return item{"id": str(id)} }

// openKey is the partition of the index of unfinished deliveries: STATE#NN.
func openKey(s event.State, shard int) string { return fmt.Sprintf("%s#%02d", s, shard) }

// openOf is the partition of this delivery in the state. All deliveries of one
// event share a shard.
func openOf(s event.State, ref event.DeliveryRef) string {
	return openKey(s, event.Shard(ref.Event, event.UnfinishedShards))
}

// receivedKey is the partition of the index by receipt: NN.
func receivedKey(shard int) string { return fmt.Sprintf("%02d", shard) }

// quarantineShard is the one partition of the index of the quarantine by receipt. It
// takes 1,000 write units a second, a request each. Signed requests alone get there, and
// Stripe signs few that are not usable.
const quarantineShard = "00"

// quarantinePosition is where a position is in that index.
func quarantinePosition(p event.Position) item {
	endpoint, id, _ := strings.Cut(p.ID, "/")
	it := quarantineKey(endpoint, id)
	it["shard"], it["received"] = str(quarantineShard), str(format(p.At, millis))
	return it
}

// indexKey is the partition of the indexes by subject and customer. It is empty
// for an id that the index would refuse together with the whole item.
func indexKey(s event.Scope, kind, id string) string {
	if k := s.Key(kind, id); id != "" && len(k) < keyLimit {
		return k
	}
	return ""
}

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

func checkEvent(id string) error { return checkName("event id", id) }

func checkDelivery(ref event.DeliveryRef) error {
	return errors.Join(checkEvent(ref.Event), checkName("action", ref.Action))
}

func checkEffect(ref event.EffectRef) error {
	err := errors.Join(checkKey("effect key", ref.Key), checkName("action", ref.Action), checkAccount(ref.Scope))
	if n := len(effectID(ref)); err == nil && n > idLimit {
		return fmt.Errorf("effect of %d bytes with its action and scope, expected up to %d: %w", n, idLimit, event.ErrInvalid)
	}
	return err
}

// checkAccount refuses an account that would make another scope's text.
func checkAccount(s event.Scope) error {
	if strings.ContainsAny(s.Account, "#/") {
		return fmt.Errorf("account %q contains # or /: %w", s.Account, event.ErrInvalid)
	}
	return nil
}
