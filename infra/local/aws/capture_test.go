package aws

import (
	"path/filepath"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/payhooks/payhooks/infra/local/engine"
	"github.com/payhooks/payhooks/infra/local/template"
)

// The stack died with writes in doubt: one that the engine had committed, one
// that it never saw, and a removal.
func TestWritesInDoubtAreSettledAtStart(t *testing.T) {
	dir := t.TempDir()
	e := &engine.Engine{Package: filepath.Join("..", "engine"), DataDir: dir}
	if err := e.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = e.Close() }()
	stack := &template.Stack{Name: "local", Region: "us-east-1", Account: "000000000000", Tables: []template.Table{{
		Name: "local-events", StreamARN: "stream", View: "NEW_IMAGE", Create: map[string]any{
			"BillingMode":          "PAY_PER_REQUEST",
			"AttributeDefinitions": []any{map[string]any{"AttributeName": "id", "AttributeType": "S"}},
			"KeySchema":            []any{map[string]any{"AttributeName": "id", "KeyType": "HASH"}},
		},
	}}}
	s := &Server{Stack: stack, Engine: e.Client(), DataDir: dir}
	if err := s.Engine.CreateTables(t.Context(), stack.Tables); err != nil {
		t.Fatal(err)
	}
	id := func(v string) attributes { return attributes{"id": []byte(`{"S":"` + v + `"}`)} }
	if err := s.Engine.Call(t.Context(), "PutItem", map[string]any{"TableName": "local-events", "Item": id("committed")}, nil); err != nil {
		t.Fatal(err)
	}
	st, err := openStore(filepath.Join(dir, "stack.db"))
	if err != nil {
		t.Fatal(err)
	}
	s.store = st
	tab := &table{name: "local-events"}
	if _, err := s.doubt([]change{
		{table: tab, key: id("committed")},
		{table: tab, key: id("never-seen")},
		{table: tab, key: id("removed"), existed: true, deletes: true},
		{table: &table{name: "a table of another template"}, key: id("x")},
	}); err != nil {
		t.Fatal(err)
	}
	if err := st.close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	stream, err := s.Stream("stream")
	if err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(10 * time.Second)
	for open := 4; open > 0; {
		if time.Now().After(deadline) {
			t.Fatalf("%d writes are still in doubt", open)
		}
		notes, err := s.notes()
		if err != nil {
			t.Fatal(err)
		}
		open = len(notes)
		time.Sleep(time.Millisecond)
	}
	got, err := stream.Read("anyone", 10)
	if err != nil || len(got) != 2 {
		t.Fatalf("%d records (%v), want the committed write and the removal", len(got), err)
	}
}

func TestAWriteThatFailsFailsAloneInItsBatch(t *testing.T) {
	st, err := openStore(filepath.Join(t.TempDir(), "stack.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = st.close() }()
	results := make([]chan error, 3)
	var batch []write
	for i := range results {
		results[i] = make(chan error, 1)
		batch = append(batch, write{fn: func(tx *bolt.Tx) error {
			if i == 1 {
				return errClosed
			}
			return tx.Bucket(bucketMails).Put([]byte{byte(i)}, []byte("x"))
		}, after: results[i]})
	}
	st.together(batch)
	for i, want := range []error{nil, errClosed, nil} {
		if err := <-results[i]; err != want { //nolint:errorlint // the very value
			t.Errorf("write %d: %v, want %v", i, err, want)
		}
	}
	err = st.view(func(tx *bolt.Tx) error {
		if n := tx.Bucket(bucketMails).Stats().KeyN; n != 2 {
			t.Errorf("%d values are kept, want 2", n)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestASecondStackOnTheSameDataIsToldSo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "stack.db")
	st, err := openStore(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = st.close() }()
	if _, err := openStore(path); err == nil || len(err.Error()) < 40 {
		t.Errorf("got %v", err)
	}
}
