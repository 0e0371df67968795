package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/infra/local/aws"
)

func TestCostIsOneEventsShareOfTheCallersCalls(t *testing.T) {
	counts := []count{
		{Service: "dynamodb", Caller: aws.Own, Operation: "GetItem", Calls: 400},
		{Service: "dynamodb", Caller: "dispatch", Operation: "UpdateItem", Calls: 200, Write: 1000, Index: 600},
		{Service: "dynamodb", Caller: "grant-access", Operation: "GetItem", Calls: 300, Read: 150},
		{Service: "dynamodb", Caller: "grant-access", Operation: "TransactWriteItems", Calls: 200, Write: 800},
		{Service: "dynamodb", Caller: "operator", Operation: "Query", Calls: 20, Failed: 3, Read: 40},
		{Service: "events", Caller: "dispatch", Operation: "PutEvents", Calls: 200},
	}
	got, err := costOf(counts, 200, "grant-access")
	want := cost{Calls: 2.5, Write: 4, Read: 0.75, By: "GetItem 1.50, TransactWriteItems 1.00"}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

func TestUnitsAreSplitByTableAndIndex(t *testing.T) {
	got, err := costOf([]count{
		{Service: "dynamodb", Caller: "ingest", Operation: "PutItem", Calls: 2, Write: 5, Units: map[string]float64{"events": 4, "events/subject": 1}},
		{Service: "dynamodb", Caller: "dispatch", Operation: "PutItem", Calls: 2, Write: 2, Units: map[string]float64{"events": 2}},
	}, 2, pipeline...)
	if want := "PutItem 2.00 (events 3.00, events/subject 0.50)"; got.By != want || err != nil {
		t.Errorf("%q, want %q; %v", got.By, want, err)
	}
}

func TestFailedCallsLeaveTheCostUnknown(t *testing.T) {
	if _, err := costOf([]count{{Service: "dynamodb", Caller: "a", Operation: "PutItem", Calls: 3, Failed: 1}}, 1, "a"); err == nil {
		t.Error("no error although the units of a call are not known")
	}
}

func TestEveryRowHasABaseline(t *testing.T) {
	for _, row := range rows {
		if later := row == thinNamed || row == thinUnnamed || row == withDictionary; !later && baseline[row].Calls == 0 {
			t.Errorf("%q has no baseline", row)
		}
	}
}

func TestSamplesMakeEventsOfTheirOwn(t *testing.T) {
	for _, sc := range scenarios {
		made, err := sc.Sample.make(3)
		if err != nil || len(made) != 3 {
			t.Errorf("%s: %d events, %v", sc.Name, len(made), err)
		}
		for id, body := range made {
			if !bytes.Contains(body, []byte(id)) || bytes.Contains(body, []byte("{new}")) {
				t.Errorf("%s: %s", sc.Name, body)
			}
		}
	}
}

// stat is a line of /proc/PID/stat with these CPU times, in ticks.
func stat(pid int, name string, parent, user, system, endedUser, endedSystem int) string {
	return fmt.Sprintf("%d (%s) S %d 9 9 0 -1 4194304 1 2 3 4 %d %d %d %d 20 0 5 0 77 1 1", pid, name, parent, user, system, endedUser, endedSystem)
}

func TestCPUIsTheTreesWithWhatEnded(t *testing.T) {
	proc := t.TempDir()
	for _, p := range []struct {
		pid  int
		stat string
	}{
		{1, stat(1, "init", 0, 9999, 9999, 9999, 9999)},
		{10, stat(10, "payhooks", 1, 100, 50, 30, 20)},
		{11, stat(11, "dynoxide", 10, 200, 100, 0, 0)},
		{12, stat(12, "a (b) c", 10, 40, 10, 0, 0)},
		{13, stat(13, "child", 12, 5, 5, 0, 0)},
		{20, stat(20, "other", 1, 7777, 0, 0, 0)},
	} {
		dir := filepath.Join(proc, strconv.Itoa(p.pid))
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "stat"), []byte(p.stat+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := cpuOf(proc, 10)
	want := spent{Payhooks: 1.5, Engine: 3, Functions: 0.5 + 0.5 + 0.1}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
	if _, err := cpuOf(proc, 99); err == nil {
		t.Error("no error for a process that is not there")
	}
}

func TestRateIsOverAllRounds(t *testing.T) {
	all := total([]spent{{Events: 100, Payhooks: 1, Engine: 0.5, Functions: 0.5}, {Events: 300, Payhooks: 3, Engine: 2, Functions: 1}})
	if all.Rate() != 50 {
		t.Errorf("%v events per CPU second", all.Rate())
	}
}
