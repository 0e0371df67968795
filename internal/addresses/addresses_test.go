package addresses_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/netip"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/addresses"
	"github.com/payhooks/payhooks/internal/event"
)

var (
	begin  = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	stripe = []netip.Addr{netip.MustParseAddr("3.18.12.63"), netip.MustParseAddr("2600::1")}
)

const day = 24 * time.Hour

// fresh is the list of a stack that reads it every day until then.
func fresh(until time.Time) addresses.List {
	var l addresses.List
	for now := begin; !now.After(until); now = now.Add(day) {
		l = l.Renewed(stripe, now)
	}
	return l
}

func TestOthersAreCountedForAWeekThenRefused(t *testing.T) {
	for _, c := range []struct {
		name string
		list addresses.List
		ip   string
		at   time.Time
		want addresses.Verdict
	}{
		{"Stripe's", fresh(begin), "3.18.12.63", begin, addresses.Listed},
		{"Stripe's after years", fresh(begin.Add(800 * day)), "3.18.12.63", begin.Add(800 * day), addresses.Listed},
		{"Stripe's in the form of IPv6", fresh(begin), "::ffff:3.18.12.63", begin, addresses.Listed},
		{"Stripe's IPv6", fresh(begin), "2600::1", begin, addresses.Listed},
		{"another, at first", fresh(begin), "198.51.100.1", begin, addresses.Counted},
		{"another, on the seventh day", fresh(begin.Add(6 * day)), "198.51.100.1", begin.Add(7*day - 1), addresses.Counted},
		{"another, after a week", fresh(begin.Add(7 * day)), "198.51.100.1", begin.Add(7 * day), addresses.Refused},
		{"another, while the list is stale", fresh(begin.Add(8 * day)), "198.51.100.1", begin.Add(11*day + 1), addresses.Undecided},
		{"another, after a gap", fresh(begin.Add(8*day)).Renewed(stripe, begin.Add(20*day)), "198.51.100.1", begin.Add(21 * day), addresses.Counted},
		{"no list", addresses.List{}, "198.51.100.1", begin, addresses.Undecided},
		{"no address", fresh(begin.Add(8 * day)), "", begin.Add(8 * day), addresses.Undecided},
	} {
		if got := c.list.Of(c.ip, c.at); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestAListIsReadDailyAndAgainSoonAfterAFailure(t *testing.T) {
	l := fresh(begin)
	if l.Due(begin.Add(day-1)) || !l.Due(begin.Add(day)) {
		t.Errorf("read again at %s", l.Next)
	}
	if l = l.Later(begin.Add(day)); l.Due(begin.Add(day+time.Hour-1)) || !l.Due(begin.Add(day+time.Hour)) || !l.Read.Equal(begin) {
		t.Errorf("after a failure %+v", l)
	}
	if !(addresses.List{}).Due(begin) {
		t.Error("the first is not read")
	}
}

func TestAFileWithoutAddressesIsNoList(t *testing.T) {
	for _, file := range []string{``, `{}`, `{"WEBHOOKS": []}`, `{"WEBHOOKS": ["3.18.12"]}`, `<html>`} {
		if got, err := addresses.Parse([]byte(file)); err == nil {
			t.Errorf("%s: %v", file, got)
		}
	}
	if got, err := addresses.Parse([]byte(`{"WEBHOOKS": ["3.18.12.63", "2600::1"]}`)); err != nil || len(got) != 2 || got[0] != stripe[0] {
		t.Errorf("%v, %v", got, err)
	}
}

func TestRequestsShareOneReadAndAnUnreadableListNeverRefuses(t *testing.T) {
	now, reads := begin.Add(8*day), 0
	data, err := json.Marshal(fresh(now))
	if err != nil {
		t.Fatal(err)
	}
	var fails error
	s := &addresses.Source{Now: func() time.Time { return now }, Load: func(_ context.Context, table, key string) (event.Row, error) {
		if reads++; table+"/"+key != "cursors/addresses" {
			t.Errorf("read %s/%s", table, key)
		}
		return event.Row{Data: data}, fails
	}}
	for range 3 {
		if got := s.Of(t.Context(), "198.51.100.1"); got != addresses.Refused {
			t.Errorf("got %q", got)
		}
	}
	if reads != 1 {
		t.Errorf("%d reads for three requests", reads)
	}
	fails, now = errors.New("throttled"), now.Add(time.Hour)
	if got := s.Of(t.Context(), "198.51.100.1"); got != addresses.Refused || reads != 2 {
		t.Errorf("the list that it had: %q after %d reads", got, reads)
	}
	if now = now.Add(4 * day); s.Of(t.Context(), "198.51.100.1") != addresses.Undecided {
		t.Error("a stale list refuses")
	}
	broken := &addresses.Source{Now: s.Now, Load: func(context.Context, string, string) (event.Row, error) { return event.Row{Data: []byte("{")}, nil }}
	if got := broken.Of(t.Context(), "198.51.100.1"); got != addresses.Undecided {
		t.Errorf("a list that cannot be read: %q", got)
	}
	if got := (*addresses.Source)(nil).Of(t.Context(), "198.51.100.1"); got != addresses.Undecided {
		t.Errorf("without: %q", got)
	}
}
