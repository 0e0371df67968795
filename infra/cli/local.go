package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// maxLocal is the longest line that ReadLocal reads: more than SES accepts.
const maxLocal = 16 << 20

// ReadLocal reads the messages that the local stack keeps instead of sending
// them: its mails or its notices.
func ReadLocal[T any](ctx context.Context, t *Target, what string) ([]T, error) {
	req, err := t.Local.Own(ctx, http.MethodGet, what, http.NoBody)
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", what, err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("read %s: %s", what, res.Status)
	}
	var all []T
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, maxLocal)
	for lines.Scan() {
		var one T
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			return nil, fmt.Errorf("read %s: %w", what, err)
		}
		all = append(all, one)
	}
	return all, lines.Err()
}
