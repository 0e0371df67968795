package main

import (
	"strings"
	"testing"

	"github.com/payhooks/payhooks/internal/simtest"
)

func TestSimulateSaysWhatTheSchedulesMet(t *testing.T) {
	s := object[simulation](t, run(t, "simulate", "--seeds", "8", "--first", "5", "--json").out)
	if s.Schedules != 8 || s.First != 5 || s.FailedSeed != nil || s.Rate <= 0 || s.Met["crash"] == 0 || s.Met["done"] == 0 {
		t.Errorf("%+v", s)
	}
	if r := run(t, "simulate", "--seeds", "8"); r.code != 0 || !strings.Contains(r.out, "8 schedules from seed 1: every promise held") {
		t.Errorf("exit %d, %s%s", r.code, r.out, r.err)
	}
}

func TestTheFirstSeedThatFailsIsReportedWhicheverCoreIsFaster(t *testing.T) {
	s := &simulators{first: 1, n: 9, progress: func(int) {}, met: simtest.Seen{}}
	for _, seed := range []uint64{5, 3, 4} {
		s.note(nil, &simtest.Failure{Seed: seed})
	}
	if s.failed.Seed != 3 {
		t.Errorf("seed %d is reported, want 3", s.failed.Seed)
	}
	if seed, ok := s.take(t.Context()); ok {
		t.Errorf("seed %d is begun although one has failed", seed)
	}
}
