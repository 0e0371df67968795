package webhook_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/webhook"
)

func TestParseBoundsDepth(t *testing.T) {
	nest := func(open, end string, n int) []byte {
		return []byte(strings.Replace(minimal, `"id":"ch_1"`, `"id":"ch_1","deep":`+strings.Repeat(open, n)+"1"+strings.Repeat(end, n), 1))
	}
	for _, c := range []struct {
		depth int
		want  event.Reason
	}{{1000, ""}, {webhook.MaxDepth - 3, ""}, {webhook.MaxDepth - 2, webhook.TooDeep}, {100_000, webhook.TooDeep}} {
		for _, kind := range [][2]string{{"[", "]"}, {`{"a":`, "}"}} {
			if _, got := webhook.Parse(nest(kind[0], kind[1], c.depth)); got != c.want {
				t.Errorf("%d levels of %s: %q, want %q", c.depth, kind[0], got, c.want)
			}
		}
	}
	if _, got := webhook.Parse([]byte(strings.Repeat("[", webhook.MaxBody))); got != webhook.TooDeep {
		t.Errorf("brackets only: %q", got)
	}
}

func TestParseIsLinearInWhateverItIsGiven(t *testing.T) {
	var keys, odd, escapes strings.Builder
	for i := range 150_000 {
		fmt.Fprintf(&keys, `"k%x":1,`, i)
		fmt.Fprintf(&odd, `"K%x":1,`, i)
	}
	escapes.WriteString(`"k":"` + strings.Repeat(`\u0000`, 300_000) + `",`)
	for name, extra := range map[string]string{"keys": keys.String(), "capital keys": odd.String(), "escapes": escapes.String()} {
		text := []byte(strings.Replace(minimal, `"id":"ch_1"`, extra+`"id":"ch_1"`, 1))
		start := time.Now()
		if _, reason := webhook.Parse(text); reason != "" {
			t.Errorf("%s: %s", name, reason)
		}
		took := time.Since(start)
		// A yardstick that is linear and as slowed by a busy machine as we are:
		// comparing each key with all others would be thousands of times that.
		var all map[string]any
		if err := json.Unmarshal(text, &all); err != nil {
			t.Fatal(err)
		}
		if theirs := time.Since(start) - took; took > 50*theirs {
			t.Errorf("%s: %d bytes took %v, encoding/json takes %v", name, len(text), took, theirs)
		}
	}
}

// What an event costs in memory does not depend on what is in it.
func TestParseAllocatesLittleAtAnySize(t *testing.T) {
	var keys, odd strings.Builder
	for i := range 40_000 {
		fmt.Fprintf(&keys, `"k%x":1,`, i)
		fmt.Fprintf(&odd, `"a_KEY_that_is_escaped_\u00%02x_and_long_%x":1,`, 0x20+i%0x50, i)
	}
	for name, text := range map[string]string{
		"a small event": minimal,
		"many keys":     strings.Replace(minimal, `"id":"ch_1"`, keys.String()+`"id":"ch_1"`, 1),
		"odd keys":      strings.Replace(minimal, `"id":"ch_1"`, odd.String()+`"id":"ch_1"`, 1),
		"long strings":  strings.Replace(minimal, `"id":"ch_1"`, `"text":"`+strings.Repeat(`\u00e9\"`, 100_000)+`","id":"ch_1"`, 1),
		"deep":          strings.Replace(minimal, `"id":"ch_1"`, `"deep":`+strings.Repeat(`{"a":[`, 4000)+strings.Repeat(`]}`, 4000)+`,"id":"ch_1"`, 1),
		"escaped facts": strings.NewReplacer(`evt_1`, `evt\u005f1`, `charge.succeeded`, `charge\u002esucceeded`, `ch_1`, `ch\u005f1`).Replace(minimal),
	} {
		body := []byte(text)
		if n := testing.AllocsPerRun(2, func() {
			if _, reason := webhook.Parse(body); reason != "" {
				t.Errorf("%s: %s", name, reason)
			}
		}); n > 16 {
			t.Errorf("%s, %d bytes: %v allocations", name, len(body), n)
		}
	}
}

func TestKeysAreComparedAsDecodersMatchThem(t *testing.T) {
	many := func(n int) string {
		var all strings.Builder
		for i := range n {
			fmt.Fprintf(&all, `"key_%d_with_a_name":%d,`, i, i)
		}
		return all.String()
	}
	for _, c := range []struct {
		keys string
		same bool
	}{
		{`"a":1,"a":2`, true},
		{`"":1,"":2`, true},
		{`"a":1,"A":2`, true},
		{`"\u0061":1,"a":2`, true},
		{`"\u212a":1,"k":2`, true},
		{`"é":1,"É":2`, true},
		{`"é":1,"\u00c9":2`, true},
		{`"\ud800":1,"\udfff":2`, true},
		{`"Amount":1`, true},
		{`"z":1,"Z":2`, true},
		{`"eight_by":1,"eight_by":2`, true},
		{`"sixteen_letters_":1,"sixteen_letters_":2`, true},
		{`"Sixteen_letters_":1,"sixteen_letters_":2`, true},
		{`"a":1,"b":2`, false},
		{`"a":1,"a\u0000":2`, false},
		{`"a":1,"":2,"aa":3`, false},
		{`"é":1,"e":2`, false},
		{`"misc":1,"MIST":2`, false},
		{`"[":1,"{":2`, false},
		{"\"@\":1,\"`\":2", false},
		{`"eight_by":1,"eight_by_":2`, false},
		{`"sixteen_letters_":1,"sixteen_letters_a":2`, false},
		{many(500) + `"last":1`, false},
		{many(500) + `"KEY_499_with_a_name":1`, true},
		{many(500) + `"key_3_with_a_name":1`, true},
		{many(112) + `"key_111_with_a_name":1`, true},
	} {
		for _, text := range []string{
			strings.Replace(minimal, `"id":"ch_1"`, c.keys+`,"id":"ch_1"`, 1), strings.Replace(minimal, `"id":"ch_1"`, `"id":"ch_1","customer":{`+c.keys+`}`, 1),
		} {
			if strings.Contains(c.keys, "Amount") && strings.Contains(text, "customer") {
				continue // nothing is read of a customer but its id
			}
			if _, reason := webhook.Parse([]byte(text)); (reason == webhook.AmbiguousKey) != c.same || !c.same && reason != "" {
				t.Errorf("%.80s: %q", c.keys, reason)
			}
		}
	}
}
