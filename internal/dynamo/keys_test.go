package dynamo

import (
	"fmt"
	"testing"

	"github.com/payhooks/payhooks/internal/event"
)

func TestKeysBeginWithTheActionAndNeverMeet(t *testing.T) {
	live, acct := event.Scope{Livemode: true}, event.Scope{Account: "acct_1"}
	seen := map[string]bool{}
	for _, key := range []string{
		deliveryID(event.DeliveryRef{Action: "send", Event: "evt_1"}),
		deliveryID(event.DeliveryRef{Action: "send", Event: "effect"}),
		deliveryID(event.DeliveryRef{Action: "send-receipt", Event: "evt_1"}),
		effectID(event.EffectRef{Action: "send", Scope: live, Key: "receipt/pi_1"}),
		effectID(event.EffectRef{Action: "send", Scope: acct, Key: "receipt/pi_1"}),
		effectID(event.EffectRef{Action: "send-receipt", Scope: live, Key: "receipt/pi_1"}),
	} {
		if seen[key] {
			t.Errorf("%s is two keys", key)
		}
		seen[key] = true
	}
	for _, want := range []string{"send#evt_1", "send#effect#live/own#receipt/pi_1", "send#effect#test/acct_1#receipt/pi_1"} {
		if !seen[want] {
			t.Errorf("%s is not a key", want)
		}
	}
}

func TestShardsAreAllUsed(t *testing.T) {
	open, received := map[string]int{}, map[string]int{}
	for i := range 3200 {
		id := fmt.Sprintf("evt_%d", i)
		open[openOf(event.Waiting, event.DeliveryRef{Event: id})]++
		received[receivedKey(event.Shard(id, event.ReceiptShards))]++
	}
	if len(open) != event.UnfinishedShards || len(received) != event.ReceiptShards || open["waiting#07"] == 0 || received["03"] == 0 {
		t.Fatalf("open %v, received %v", open, received)
	}
	for key, n := range open {
		if n > 200 { // twice the mean
			t.Errorf("%s has %d of 3200", key, n)
		}
	}
}
