package memory

import (
	"context"
	"encoding/json"
	"fmt"
)

// Functions are functions by name; each takes and returns JSON as it would from
// Lambda. It implements operator.Functions.
type Functions map[string]func(ctx context.Context, in json.RawMessage) (any, error)

// Invoke calls a function. A name that is not there is an error.
func (f Functions) Invoke(ctx context.Context, name string, request, reply any) error {
	fn, ok := f[name]
	if !ok {
		return fmt.Errorf("no function %s", name)
	}
	in, err := json.Marshal(request)
	if err != nil {
		return err
	}
	out, err := fn(ctx, in)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	data, err := json.Marshal(out)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, reply)
}
