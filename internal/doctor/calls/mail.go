package calls

import (
	"context"

	"github.com/aws/smithy-go/encoding/httpbinding"
)

// MailAccount is what the account may send with SES.
type MailAccount struct{ SendingEnabled, ProductionAccessEnabled bool }

// GetAccount reads what the account may send.
func (c *Client) GetAccount(ctx context.Context) (out MailAccount, err error) {
	err = c.ses.Get(ctx, "GetAccount", "/v2/email/account", &out)
	return out, err
}

// GetEmailIdentity reports whether an address or a domain is verified.
func (c *Client) GetEmailIdentity(ctx context.Context, identity string) (verified bool, err error) {
	var out struct{ VerifiedForSendingStatus bool }
	err = c.ses.Get(ctx, "GetEmailIdentity", "/v2/email/identities/"+httpbinding.EscapePath(identity, true), &out)
	return out.VerifiedForSendingStatus, err
}
