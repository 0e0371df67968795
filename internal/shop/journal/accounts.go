package journal

// The accounts of the books. What Stripe calls something that is not known here
// has its own account: "other:" and the reporting category.
const (
	StripeBalance    = "stripe_balance"
	Sales            = "sales"
	Fees             = "fees"
	Refunds          = "refunds"
	Disputes         = "disputes"
	Bank             = "bank"
	Taxes            = "taxes"
	Transfers        = "transfers"
	Reserves         = "reserves"
	PlatformEarnings = "platform_earnings"
	Adjustments      = "adjustments"
	// Suspense takes what a transaction's net differs from its amount less its
	// fee. Stripe says that they never differ.
	Suspense = "suspense"
)

// counterAccounts says where the amount of a transaction came from or went to,
// by its reporting category. Source: docs.stripe.com/reports/reporting-categories.
// A partial capture is reported as the whole authorization and the reversal of the
// rest, so the reversal lowers the sale; so does a payment that failed late.
var counterAccounts = map[string]string{
	"charge":                      Sales,
	"charge_failure":              Sales,
	"partial_capture_reversal":    Sales,
	"refund":                      Refunds,
	"refund_failure":              Refunds,
	"dispute":                     Disputes,
	"dispute_reversal":            Disputes,
	"payout":                      Bank,
	"payout_reversal":             Bank,
	"topup":                       Bank,
	"topup_reversal":              Bank,
	"fee":                         Fees,
	"network_cost":                Fees,
	"tax":                         Taxes,
	"transfer":                    Transfers,
	"transfer_reversal":           Transfers,
	"connect_collection_transfer": Transfers,
	"connect_reserved_funds":      Reserves,
	"risk_reserved_funds":         Reserves,
	"platform_earning":            PlatformEarnings,
	"platform_earning_refund":     PlatformEarnings,
	"other_adjustment":            Adjustments,
}

func counterAccount(category string) string {
	if account, ok := counterAccounts[category]; ok {
		return account
	}
	return "other:" + category
}
