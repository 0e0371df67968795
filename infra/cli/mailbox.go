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

// Messages implements operator.Mailbox.
func (m Mailbox) Messages(ctx context.Context) ([]json.RawMessage, error) {
	mails, err := ReadLocal[json.RawMessage](ctx, m.Target, "mails")
	if err != nil {
		return nil, err
	}
	notices, err := ReadLocal[json.RawMessage](ctx, m.Target, "notices")
	return append(mails, notices...), err
}

// Remove implements operator.Mailbox.
func (m Mailbox) Remove(ctx context.Context, messages []json.RawMessage) error {
	digests := make([]string, len(messages))
	for i, one := range messages {
		digests[i] = aws.Digest(one)
	}
	body, err := json.Marshal(digests)
	if err != nil {
		return err
	}
	req, err := m.Target.Local.Own(ctx, http.MethodPost, "remove", bytes.NewReader(body))
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("remove mails: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("remove mails: %s", res.Status)
	}
	return nil
}
