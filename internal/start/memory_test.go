package start

import (
	"math"
	"runtime/debug"
	"testing"
)

func TestHeapGrowsWithinWhatLambdaAllows(t *testing.T) {
	t.Cleanup(func() { debug.SetGCPercent(100); debug.SetMemoryLimit(math.MaxInt64) })
	for name, tc := range map[string]struct {
		env     map[string]string
		percent int
		limit   int64
	}{
		"on Lambda":         {map[string]string{"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512"}, 200, 512 << 20 / 3 * 2},
		"elsewhere":         {nil, 200, math.MaxInt64},
		"as the owner says": {map[string]string{"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512", "GOGC": "50"}, 100, math.MaxInt64},
	} {
		debug.SetGCPercent(100)
		debug.SetMemoryLimit(math.MaxInt64)
		roomy(func(name string) string { return tc.env[name] })
		if percent, limit := debug.SetGCPercent(100), debug.SetMemoryLimit(-1); percent != tc.percent || limit != tc.limit {
			t.Errorf("%s: %d %%, %d bytes", name, percent, limit)
		}
	}
}
