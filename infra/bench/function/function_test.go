package function

import (
	"testing"
	"time"
)

func TestMeasureHasEveryFigureOfEveryFunction(t *testing.T) {
	rows, err := Measure(t.Context(), "../../..", 1, 20)
	if err != nil {
		t.Fatal(err)
	}
	all := subjectsOf("../../..")
	for i, r := range rows {
		if r.Name != all[i].name || r.ColdMS <= 0 || r.FirstMS <= 0 || r.ShareMS <= 0 || r.WarmUS <= 0 || r.MemoryMB <= 0 || r.BinaryMB <= 0 {
			t.Errorf("%+v", r)
		}
	}
	if len(rows) != len(all) || len(all) <= webhookSubjects {
		t.Errorf("%d rows", len(rows))
	}
}

// TestIngestStartsWhileSecretsManagerHangs: what did not come before the first request is
// fetched by it, and nothing that failed then is held against it.
func TestIngestStartsWhileSecretsManagerHangs(t *testing.T) {
	dir := t.TempDir()
	srv, env, err := serve(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	m, err := open(t.Context(), "../../..", dir, subjects[webhookSubjects-1], srv, env)
	if err != nil {
		t.Fatal(err)
	}
	p, err := start(t.Context(), m.binary, "512", m.env)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := p.stop(); err != nil {
			t.Error(err)
		}
	}()
	close(srv.answering)
	if err := m.next(t.Context(), p); err != nil {
		t.Error(err)
	}
}

// TestFirstWebhookAfterAPauseIsAnswered although the services have ended all connections.
func TestFirstWebhookAfterAPauseIsAnswered(t *testing.T) {
	rows, err := MeasureIdle(t.Context(), "../../..", []time.Duration{keep + time.Second}, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if r.FirstMS <= 0 || r.Seconds != (keep+time.Second).Seconds() {
			t.Errorf("%+v", r)
		}
	}
	if len(rows) != len(ends)*webhookSubjects {
		t.Errorf("%d rows", len(rows))
	}
}
