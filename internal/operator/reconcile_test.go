package operator_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/operator"
)

func TestReconcileReturnsCountsOfAddedSweeps(t *testing.T) {
	asked := ""
	o := &operator.Operator{Functions: memory.Functions{"reconcile": func(_ context.Context, in json.RawMessage) (any, error) {
		asked = string(in)
		return map[string]int{"checked": 2, "posted": 1}, nil
	}}}
	if r, err := o.Reconcile(t.Context(), time.Minute); err != nil || r["checked"] != 2 || r["posted"] != 1 || !strings.Contains(asked, `"min_age":60`) {
		t.Errorf("%v, %v, asked %s", r, err, asked)
	}
}
