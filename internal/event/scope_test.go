package event_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/payhooks/payhooks/internal/event"
)

func TestAccountsHaveOneForm(t *testing.T) {
	for id, want := range map[string]bool{
		"acct_1": true, "acct_1032D82eZvKYlo2C": true, "acct_" + strings.Repeat("a", 250): true,
		"": false, "acct_": false, "acct": false, "own": false, "ACCT_1": false, "xacct_1": false, "acct_" + strings.Repeat("a", 251): false,
		"acct_1#x": false, "acct_1/order/pi_1": false, "acct_../../x": false, "acct_1 ": false, "acct_1\n": false, "acct_1\x00": false,
		"acct_\u0430": false, "acct_1\u202e": false, "acct_1%2f": false, "acct_1-2": false, "acct_[": false, "acct_@": false, "acct_`": false, "acct_\xff": false,
	} {
		if got := event.IsAccount(id); got != want {
			t.Errorf("IsAccount(%q) = %t", id, got)
		}
		s, err := event.ParseScope("live/" + id)
		if want != (err == nil) && id != "own" || err != nil && !errors.Is(err, event.ErrInvalid) {
			t.Errorf("ParseScope(live/%q) = %v, %v", id, s, err)
		}
		if err == nil && s.Text() != "live/"+id {
			t.Errorf("%q came back as %q", id, s.Text())
		}
	}
}
