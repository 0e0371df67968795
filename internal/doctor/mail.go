package doctor

import (
	"context"
	"strings"
)

// mail checks that SES may send from MailFrom, to anybody. A template without the
// parameter Mail sends none.
func (r *run) mail(ctx context.Context) []Finding {
	if mode := r.main.parameters["Mail"]; mode == "" || mode == "off" {
		return []Finding{{Check: "mail", Result: OK, Found: "mail is off"}}
	}
	return []Finding{r.sender(ctx, r.main.parameters["MailFrom"]), r.sandbox(ctx)}
}

// sender checks the address that mails come from, or its domain.
func (r *run) sender(ctx context.Context, from string) Finding {
	const check = "mail sender"
	_, domain, _ := strings.Cut(from, "@")
	pending := ""
	for _, identity := range []string{from, domain} {
		verified, err := r.Mail.GetEmailIdentity(ctx, identity)
		switch {
		case code(err) == "NotFoundException":
		case err != nil:
			return unknown(check, err)
		case verified:
			return Finding{Check: check, Result: OK, Found: identity + " is verified"}
		default:
			pending = identity
		}
	}
	switch pending {
	case "":
		return Finding{check, Failed, "neither " + from + " nor its domain is an identity of SES: every mail parks", "aws sesv2 create-email-identity --email-identity " + domain}
	case from:
		return Finding{check, Failed, from + " is not verified: every mail parks", "open the link in the mail that AWS sent to " + from}
	}
	return Finding{check, Failed, pending + " is not verified: every mail parks", "add the DNS records that this lists: aws sesv2 get-email-identity --email-identity " + pending}
}

// sandbox checks that the account may send to addresses that are not verified.
func (r *run) sandbox(ctx context.Context) Finding {
	const check = "mail account"
	out, err := r.Mail.GetAccount(ctx)
	switch {
	case err != nil:
		return unknown(check, err)
	case !out.SendingEnabled:
		return Finding{check, Failed, "sending is paused in this account and region", "aws sesv2 put-account-sending-attributes --sending-enabled"}
	case !out.ProductionAccessEnabled:
		return Finding{
			check, Warning, "the account is in the SES sandbox: it sends to verified addresses only",
			"aws sesv2 put-account-details --production-access-enabled --mail-type TRANSACTIONAL --website-url https://…",
		}
	}
	return Finding{Check: check, Result: OK, Found: "the account sends to every address"}
}
