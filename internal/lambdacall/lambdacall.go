// Package lambdacall invokes the stack's functions over Lambda.
package lambdacall

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
)

// Functions implements operator.Functions. Safe for concurrent use.
type Functions struct {
	Client *Client
	// Resolve finds the function of a name; it is asked once for each.
	Resolve func(ctx context.Context, name string) (string, error)

	mu    sync.Mutex
	found map[string]string
}

// Invoke sends the request and waits for the reply. What the function returns as
// its error is the error.
func (f *Functions) Invoke(ctx context.Context, name string, request, reply any) error {
	function, err := f.function(ctx, name)
	if err != nil {
		return err
	}
	body, err := json.Marshal(request)
	if err != nil {
		return err
	}
	answer, failed, err := f.Client.Invoke(ctx, function, body)
	if err != nil {
		return fmt.Errorf("invoke %s: %w", function, err)
	}
	if !failed {
		return json.Unmarshal(answer, reply)
	}
	var why struct{ ErrorMessage string }
	if json.Unmarshal(answer, &why) != nil || why.ErrorMessage == "" {
		why.ErrorMessage = string(answer)
	}
	return errors.New(function + ": " + why.ErrorMessage)
}

func (f *Functions) function(ctx context.Context, name string) (function string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if function, ok := f.found[name]; ok {
		return function, nil
	}
	if function, err = f.Resolve(ctx, name); err != nil {
		return "", err
	}
	if f.found == nil {
		f.found = map[string]string{}
	}
	f.found[name] = function
	return function, nil
}

// LogicalID is the name of a function's block in the template, by convention:
// SendReceipt for send-receipt.
func LogicalID(name string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(name, "-") {
		if word != "" {
			b.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return b.String()
}

// Stacks is a part of cloudformation.Client.
type Stacks interface {
	Resource(ctx context.Context, stack, id string) (name string, err error)
}

// Deployed resolves names by the blocks of a deployed stack.
func Deployed(client Stacks, stack string) func(ctx context.Context, name string) (string, error) {
	return func(ctx context.Context, name string) (string, error) {
		id := LogicalID(name)
		function, err := client.Resource(ctx, stack, id)
		if err != nil {
			return "", fmt.Errorf("find function %s of stack %s (the block of an action is named for it): %w", id, stack, err)
		}
		return function, nil
	}
}
