package reconcile_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"slices"
	"testing"
	"time"
)

func TestEveryEventThatIsSentHasALine(t *testing.T) {
	r := newRig(t)
	var out bytes.Buffer
	r.Log = slog.New(slog.NewJSONHandler(&out, nil))
	r.put("evt_1")
	r.now = r.now.Add(16 * time.Minute)
	r.sweep()
	r.now = r.now.Add(16 * time.Minute)
	r.sweep()
	type line struct{ Msg, Event, Type, Wanted, Action string }
	var about []line
	for text := range bytes.Lines(out.Bytes()) {
		var l line
		if err := json.Unmarshal(text, &l); err != nil {
			t.Fatal(err)
		}
		if l.Event != "" {
			about = append(about, l)
		}
	}
	if len(about) != 3 || about[0] != (line{"fanout", "evt_1", about[0].Type, "send-receipt,update-order", ""}) || about[0].Type == "" {
		t.Fatalf("%+v", about)
	}
	again := []string{about[1].Action, about[2].Action}
	slices.Sort(again)
	if !slices.Equal(again, []string{"send-receipt", "update-order"}) || about[1].Msg != "redelivered" || about[2].Msg != "redelivered" {
		t.Errorf("%+v", about[1:])
	}
}
