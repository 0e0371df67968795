package cli

import (
	"testing"

	"github.com/payhooks/payhooks/internal/operator"
)

func TestDifferenceHasTheFieldsThatDiffer(t *testing.T) {
	f := operator.Finding{
		Actual:     []byte(`{"paid":12345678901234567890,"facts":{"a":1,"b":{"d":2,"c":"<"}},"gone":true}`),
		Recomputed: []byte(`{"facts":{"b":{"c":"<","d":2},"a":1},"paid":12345678901234567891,"new":{"z":1,"y":2}}`),
	}
	want := "  gone         is true, recomputed absent\n  new          is absent, recomputed {\"y\":2,\"z\":1}\n  paid         is 12345678901234567890, recomputed 12345678901234567891\n"
	if got := Difference(f); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	want = "  gone         true → absent\n  new          absent → {\"y\":2,\"z\":1}\n  paid         12345678901234567890 → 12345678901234567891\n"
	if got := Change(f); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
