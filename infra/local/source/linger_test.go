package source

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestBatchesCollectOnlyWhileRecordsComeFast(t *testing.T) {
	for name, c := range map[string]struct {
		every time.Duration // in which a record comes
		n     int           // of them in a batch, of ten
		least time.Duration // that the next batch is left to collect
		most  time.Duration
	}{
		"ten a second":         {100 * time.Millisecond, 1, 0, 0},
		"a hundred a second":   {10 * time.Millisecond, 1, 0, 0},
		"two hundred a second": {5 * time.Millisecond, 1, 25 * time.Millisecond, 25 * time.Millisecond},
		"a thousand a second":  {time.Millisecond, 1, 9 * time.Millisecond, 11 * time.Millisecond},
		"a batch that is full": {5 * time.Millisecond, 10, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var l linger
				for range 40 {
					time.Sleep(c.every * time.Duration(c.n))
					l.read(c.n, 10)
				}
				begin := time.Now()
				l.wait(t.Context())
				if took := time.Since(begin); took < c.least || took > c.most {
					t.Errorf("%s, want %s to %s", took, c.least, c.most)
				}
			})
		})
	}
}
