package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/payhooks/payhooks/infra/local/aws"
)

// Mailbox is what the local stack keeps of what it sent. It implements operator.Mailbox.
type Mailbox struct{ Target *Target }

// Erase implements operator.Mailbox.
func (m Mailbox) Erase(ctx context.Context, events, marks []string, dry bool) (int, error) {
	body, err := json.Marshal(aws.Erase{Events: events, Marks: marks, Dry: dry})
	if err != nil {
		return 0, err
	}
	req, err := m.Target.Local.Own(ctx, http.MethodPost, "erase", bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, fmt.Errorf("erase mails: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	var done aws.Erased
	if res.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("erase mails: %s", res.Status)
	}
	err = json.NewDecoder(res.Body).Decode(&done)
	return done.Messages, err
}
