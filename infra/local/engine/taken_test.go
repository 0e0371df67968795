package engine

import (
	"errors"
	"testing"
)

// The engine of another stack that was quicker on the port has other tables.
func TestEngineOfAnotherStackIsNotTakenForOurs(t *testing.T) {
	other := &Engine{Package: ".", DataDir: t.TempDir()}
	if err := other.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := other.Close(); err != nil {
			t.Error(err)
		}
	}()
	e := &Engine{DataDir: t.TempDir(), binary: other.binary, addr: other.addr}
	if err := e.begin(t.Context()); !errors.Is(err, errTaken) {
		t.Errorf("got %v, and engine %d beside %d", err, e.PID(), other.PID())
	}
}
