package function

import (
	"path/filepath"
	"testing"
)

func TestMeasureHasEveryFigureOfEveryFunction(t *testing.T) {
	rows, err := Measure(t.Context(), "../../..", 1, 20)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range rows {
		if r.Name != subjects[i].name || r.ColdMS <= 0 || r.FirstMS <= 0 || r.ShareMS <= 0 || r.WarmUS <= 0 || r.MemoryMB <= 0 || r.BinaryMB <= 0 {
			t.Errorf("%+v", r)
		}
	}
	if len(rows) != len(subjects) {
		t.Errorf("%d rows", len(rows))
	}
}

// TestIngestStartsWhileSecretsManagerHangs: what did not come before the first request is
// fetched by it, and nothing that failed then is held against it.
func TestIngestStartsWhileSecretsManagerHangs(t *testing.T) {
	dir := t.TempDir()
	answering := make(chan struct{})
	srv, env, err := service(dir, answering)
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	binary := filepath.Join(dir, "ingest")
	if err := compile(t.Context(), "../../..", "./functions/ingest", binary); err != nil {
		t.Fatal(err)
	}
	p, err := start(t.Context(), binary, "512", append(env, surroundings...))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := p.stop(); err != nil {
			t.Error(err)
		}
	}()
	close(answering)
	m := &measured{}
	if err := p.invoke(t.Context(), m.event()); err != nil {
		t.Error(err)
	}
}
