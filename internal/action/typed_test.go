package action

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v76"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// resources are stripe-go's types with a member object.
var resources = []any{
	stripe.Account{},
	stripe.AccountExternalAccount{},
	stripe.AccountLink{},
	stripe.AccountSession{},
	stripe.ApplePayDomain{},
	stripe.Application{},
	stripe.ApplicationFee{},
	stripe.AppsSecret{},
	stripe.Balance{},
	stripe.BalanceTransaction{},
	stripe.BankAccount{},
	stripe.BillingMeter{},
	stripe.BillingMeterEvent{},
	stripe.BillingMeterEventAdjustment{},
	stripe.BillingMeterEventSummary{},
	stripe.BillingPortalConfiguration{},
	stripe.BillingPortalSession{},
	stripe.Capability{},
	stripe.Card{},
	stripe.CashBalance{},
	stripe.Charge{},
	stripe.CheckoutSession{},
	stripe.ClimateOrder{},
	stripe.ClimateProduct{},
	stripe.ClimateSupplier{},
	stripe.ConfirmationToken{},
	stripe.ConnectCollectionTransfer{},
	stripe.CountrySpec{},
	stripe.Coupon{},
	stripe.CreditNote{},
	stripe.CreditNoteLineItem{},
	stripe.Customer{},
	stripe.CustomerBalanceTransaction{},
	stripe.CustomerCashBalanceTransaction{},
	stripe.CustomerSession{},
	stripe.Discount{},
	stripe.Dispute{},
	stripe.EntitlementsActiveEntitlement{},
	stripe.EntitlementsFeature{},
	stripe.EphemeralKey{},
	stripe.Event{},
	stripe.FeeRefund{},
	stripe.File{},
	stripe.FileLink{},
	stripe.FinancialConnectionsAccount{},
	stripe.FinancialConnectionsAccountOwner{},
	stripe.FinancialConnectionsAccountOwnership{},
	stripe.FinancialConnectionsSession{},
	stripe.FinancialConnectionsTransaction{},
	stripe.ForwardingRequest{},
	stripe.FundingInstructions{},
	stripe.IdentityVerificationReport{},
	stripe.IdentityVerificationSession{},
	stripe.Invoice{},
	stripe.InvoiceItem{},
	stripe.InvoiceLineItem{},
	stripe.IssuingAuthorization{},
	stripe.IssuingCard{},
	stripe.IssuingCardholder{},
	stripe.IssuingDispute{},
	stripe.IssuingPersonalizationDesign{},
	stripe.IssuingPhysicalBundle{},
	stripe.IssuingToken{},
	stripe.IssuingTransaction{},
	stripe.LineItem{},
	stripe.LoginLink{},
	stripe.Mandate{},
	stripe.PaymentIntent{},
	stripe.PaymentLink{},
	stripe.PaymentMethod{},
	stripe.PaymentMethodConfiguration{},
	stripe.PaymentMethodDomain{},
	stripe.PaymentSource{},
	stripe.Payout{},
	stripe.Person{},
	stripe.Plan{},
	stripe.PlatformTaxFee{},
	stripe.Price{},
	stripe.Product{},
	stripe.PromotionCode{},
	stripe.Quote{},
	stripe.RadarEarlyFraudWarning{},
	stripe.RadarValueList{},
	stripe.RadarValueListItem{},
	stripe.Refund{},
	stripe.ReportingReportRun{},
	stripe.ReportingReportType{},
	stripe.ReserveTransaction{},
	stripe.Review{},
	stripe.SetupAttempt{},
	stripe.SetupIntent{},
	stripe.ShippingRate{},
	stripe.SigmaScheduledQueryRun{},
	stripe.Source{},
	stripe.SourceTransaction{},
	stripe.Subscription{},
	stripe.SubscriptionItem{},
	stripe.SubscriptionSchedule{},
	stripe.TaxCalculation{},
	stripe.TaxCalculationLineItem{},
	stripe.TaxCode{},
	stripe.TaxDeductedAtSource{},
	stripe.TaxID{},
	stripe.TaxRate{},
	stripe.TaxRegistration{},
	stripe.TaxSettings{},
	stripe.TaxTransaction{},
	stripe.TaxTransactionLineItem{},
	stripe.TerminalConfiguration{},
	stripe.TerminalConnectionToken{},
	stripe.TerminalLocation{},
	stripe.TerminalReader{},
	stripe.TestHelpersTestClock{},
	stripe.Token{},
	stripe.Topup{},
	stripe.Transfer{},
	stripe.TransferReversal{},
	stripe.TreasuryCreditReversal{},
	stripe.TreasuryDebitReversal{},
	stripe.TreasuryFinancialAccount{},
	stripe.TreasuryFinancialAccountFeatures{},
	stripe.TreasuryInboundTransfer{},
	stripe.TreasuryOutboundPayment{},
	stripe.TreasuryOutboundTransfer{},
	stripe.TreasuryReceivedCredit{},
	stripe.TreasuryReceivedDebit{},
	stripe.TreasuryTransaction{},
	stripe.TreasuryTransactionEntry{},
	stripe.UsageRecord{},
	stripe.UsageRecordSummary{},
	stripe.WebhookEndpoint{},
}

// others are objects that Stripe sends and this stripe-go has no type of.
var others = strings.Fields(`balance_settings billing.alert_triggered billing.credit_balance_transaction billing.credit_grant
	entitlements.active_entitlement_summary financial_connections.authorization invoice_payment issuing.settlement
	reserve.hold reserve.plan reserve.release source_mandate_notification`)

// united are those that one of two types reads.
var united = map[string][]string{
	"bank_account": {"AccountExternalAccount", "BankAccount", "PaymentSource"},
	"card":         {"AccountExternalAccount", "Card", "PaymentSource"},
	"source":       {"PaymentSource", "Source"},
}

// objects are the types of the objects of all events that Stripe has samples of.
func objects(t *testing.T) map[string]string {
	all := map[string]string{}
	for name, body := range stripetest.Samples() {
		var e struct {
			Data struct {
				Object struct {
					Object string `json:"object"`
				} `json:"object"`
			} `json:"data"`
		}
		if err := json.Unmarshal(body, &e); err != nil {
			t.Fatal(err)
		}
		if o := e.Data.Object.Object; o != "" {
			all[o] = name
		}
	}
	return all
}

func TestTypedActionReadsAnotherObjectNever(t *testing.T) {
	missing := map[string]bool{}
	for _, o := range others {
		missing[o] = true
	}
	sent := objects(t)
	if len(sent) < 70 {
		t.Fatalf("the samples have %d types of objects", len(sent))
	}
	for object, sample := range sent {
		var read []string
		for _, r := range resources {
			typ := reflect.TypeOf(r)
			f := event.Facts{APIVersion: stripe.APIVersion, ObjectType: object}
			if err := readable(typ, f); err == nil {
				read = append(read, typ.Name())
			} else if !strings.Contains(err.Error(), object) || !strings.Contains(err.Error(), typ.Name()) {
				t.Errorf("%s as %s: %v", object, typ, err)
			}
		}
		want := united[object]
		switch {
		case want != nil:
		case missing[object]:
			want = nil
		default:
			if len(read) != 1 || !strings.HasSuffix(strings.ToLower(read[0]), strings.NewReplacer("_", "", ".", "").Replace(object)) {
				t.Errorf("%s of %s is read as %v, want its type", object, sample, read)
			}
			continue
		}
		if diff := cmp.Diff(want, read); diff != "" {
			t.Errorf("%s of %s (-want +got):\n%s", object, sample, diff)
		}
	}
}

func TestNamesThatOnlyEndAlikeAreOtherObjects(t *testing.T) {
	for typ, object := range map[string]string{
		"Card": "issuing.card", "IssuingCard": "card", "Dispute": "issuing.dispute", "Transaction": "issuing.transaction",
		"Account": "financial_connections.account", "AccountExternalAccount": "account", "FinancialConnectionsAccount": "account",
		"CashBalance": "balance", "Balance": "cash_balance", "Session": "checkout.session", "BillingPortalSession": "checkout.session",
		"FinancialConnectionsSession": "billing_portal.session", "SubscriptionSchedule": "subscription", "Subscription": "subscription_schedule",
		"SubscriptionItem": "item", "InvoiceLineItem": "item", "CreditNoteLineItem": "line_item", "InvoiceItem": "invoice",
		"ApplicationFee": "fee_refund", "TransferReversal": "transfer", "TreasuryInboundTransfer": "transfer", "Customer": "subscription",
		"PaymentMethod": "payment_method_configuration", "CustomerCashBalanceTransaction": "balance_transaction", "": "",
	} {
		if names(typ, object) {
			t.Errorf("a %s is read as %s", object, typ)
		}
	}
	for typ, object := range map[string]string{
		"InvoiceItem": "invoiceitem", "CheckoutSession": "checkout.session", "TestHelpersTestClock": "test_helpers.test_clock",
		"SigmaScheduledQueryRun": "scheduled_query_run", "TaxID": "tax_id", "SKU": "sku", "LineItem": "item", "BillingAlertTriggered": "billing.alert_triggered",
	} {
		if !names(typ, object) {
			t.Errorf("a %s is not read as %s", object, typ)
		}
	}
}

func TestWhatNamesNoVersionSaysWhatToWrite(t *testing.T) {
	type mine struct{ stripe.Subscription }
	f := event.Facts{APIVersion: stripe.APIVersion, ObjectType: "subscription"}
	for want, typ := range map[string]reflect.Type{
		"use action.Event[stripe.Subscription]":       reflect.TypeFor[*stripe.Subscription](),
		"(use action.Event[stripe.Subscription])":     reflect.TypeFor[[]stripe.Subscription](),
		"action.mine, which names no API version: r":  reflect.TypeFor[mine](),
		"interface {}, which names no API version: r": reflect.TypeFor[any](),
	} {
		if err := readable(typ, f); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), advice) {
			t.Errorf("%s: %v", typ, err)
		}
	}
}

func TestOnlyAnotherVersionMayBeMended(t *testing.T) {
	var version *versionError
	typ := reflect.TypeFor[stripe.Subscription]()
	if err := readable(typ, event.Facts{APIVersion: "2026-08-26.dahlia", ObjectType: "subscription"}); !errors.As(err, &version) {
		t.Errorf("another version: %v", err)
	}
	if err := readable(typ, event.Facts{APIVersion: "2026-08-26.dahlia", ObjectType: "customer"}); errors.As(err, &version) {
		t.Errorf("another version of another object: %v", err)
	}
}
