//go:build aws

package main

func init() {
	for id, name := range map[string]string{"UpdateOrder": "update-order", "GrantAccess": "grant-access", "SendReceipt": "send-receipt", "FlagFraud": "flag-fraud", "SendNotice": "send-notice", "PostJournal": "post-journal"} {
		borrowers[id] = name
	}
	awsParameters["Mail"], awsParameters["MailTestRecipient"] = "always", "customer"
	shopRuns = []awsRun{
		{"orders --json", `"order"`},
		{"access --json", `"customer"`},
		{"stock --json", `"item"`},
		{"stock set prod_x 5 --new --mode test", "prod_x"},
		{"import subscriptions", "not in the access table"},
		{"holds --json", `"order"`},
		{"journal --json", `"fact"`},
		{"report", "sales"},
		{"mails", "kept by the local stack only"},
		{"notices", "kept by the local stack only"},
	}
}
