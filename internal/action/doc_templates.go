// # A parameter and a secret
//
// A parameter reaches the function as an environment variable. A secret is read by its name,
// and the function may read the one that its block names (Example_secret). The function that
// main gives to [StartWith] opens both:
//
//	service := action.NewHTTPClient("the CRM")
//	service.Bearer = secret.Named(s.AWS, s.Name, "crm", start.Now).Get
//	return teller{url: os.Getenv("TELL_CRM_URL"), service: service}.tell, nil
//
// This is what the templates have for it; payhooks new writes all but the secret:
//
//	# template.yaml, below Parameters:
//	  TellCrmUrl:
//	    Type: String
//	    Default: ''
//	    Description: https address that tell-crm posts to; empty posts nothing
//
//	# template.yaml, below Resources:
//	  TellCrm:
//	    Type: AWS::Serverless::Function
//	    Metadata: {BuildMethod: makefile, ContextPath: ., WorkingDirectory: .}
//	    Properties:
//	      CodeUri: functions/tell-crm
//	      Role: !GetAtt TellCrmDelivery.Outputs.Role
//	      LoggingConfig: {LogGroup: !GetAtt TellCrmDelivery.Outputs.Logs}
//	      Environment: {Variables: {TELL_CRM_URL: !Ref TellCrmUrl}}
//	      Events:
//	        Queue: {Type: SQS, Properties: {Queue: !GetAtt TellCrmDelivery.Outputs.Queue, FunctionResponseTypes: [ReportBatchItemFailures], ScalingConfig: {MaximumConcurrency: !Ref ActionConcurrency}}}
//	  TellCrmDelivery:
//	    Type: AWS::Serverless::Application
//	    Properties:
//	      Location: infra/action.yaml
//	      Parameters:
//	        Stack: !Ref AWS::StackName
//	        Action: tell-crm
//	        Bus: !Ref Bus
//	        PermissionsBoundary: !Ref PermissionsBoundary
//	        KeyArn: !Ref KeyArn
//	        LogDays: !Ref LogDays
//	        Tracing: !Ref Tracing
//	        AlarmTopicArn: !Ref AlarmTopicArn
//	        EventTypes: customer.created, customer.deleted
//	        Tables: !Sub 'arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${AWS::StackName}-contacts'
//	        Secret: !Sub 'arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:${AWS::StackName}/crm-??????'
//
//	# infra/data.yaml, below Resources:
//	  TellCrmSecret:
//	    Type: AWS::SecretsManager::Secret
//	    DeletionPolicy: RetainExceptOnCreate
//	    UpdateReplacePolicy: Retain
//	    Properties: {Name: !Sub '${Stack}/crm', KmsKeyId: !If [HasKey, !Ref KeyArn, !Ref AWS::NoValue], Description: API key of the CRM}
//	  # State of tell-crm.
//	  TellCrmState:
//	    Type: AWS::DynamoDB::Table
//	    DeletionPolicy: RetainExceptOnCreate
//	    UpdateReplacePolicy: Retain
//	    Properties:
//	      TableName: !Sub '${Stack}-contacts'
//	      BillingMode: PAY_PER_REQUEST
//	      DeletionProtectionEnabled: !If [Protected, true, false]
//	      PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}
//	      SSESpecification: !If [HasKey, {SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: !Ref KeyArn}, {SSEEnabled: true}]
//	      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
//	      KeySchema: [{AttributeName: id, KeyType: HASH}]
//
// On the local stack a parameter has the value that infra/local/parameters.yaml gives it
// (TellCrmUrl: http://localhost:8080), on AWS that of --parameter-overrides. infra/data.yaml
// is deployed first. A secret's value is in no file; what came before it has one is parked.
// Add --stack NAME for a deployed stack:
//
//	bin/payhooks secret put crm < key.txt
//	bin/payhooks parked retry --action tell-crm --yes
//
// # Rights
//
// An action reaches its queue, its own records and events by id. For more its block names,
// and make validate refuses what the code lacks and what it does not use:
//
//   - Tables: the tables that Update changes; RawTables: those of Transact; Reads: tables of
//     other actions;
//   - Related: 'on', for Related and RelatedTo;
//   - MailFrom: the one sender of its mails; Topic: an SNS topic; Texts: 'on', for SMS;
//   - Secret: one secret.
//
// A table with customers' data needs an Eraser for payhooks erase: infra/RUNBOOK.md, under
// "A person asks to be erased".
//
// # Rename an action
//
// A renamed action is a new one: rename its folder, its block and the name in the block. The
// table keeps its name. It has none of the records of the old one, so asked for an event of
// before it would send that mail again, and count what was counted. Switch over where the
// old one ended, when nothing of it waits (payhooks status):
//
//	aws events disable-rule --event-bus-name payhooks --name tell-crm    # note the time
//	sam build && sam deploy                                              # once the queue is empty
//	bin/payhooks replay --action sync-crm --since 2026-11-22T10:30:00Z --stack payhooks
//	bin/payhooks replay --action sync-crm --since 2026-11-22T10:30:00Z --stack payhooks --yes
//
// The queue is deleted with what is in it. What the old one did not finish ends 15 minutes
// after the deploy: parked, or done as "action removed" if it had no attempt.
// payhooks parked --action tell-crm lists the first; look at each before you replay it to
// the new one by its id. infra/RUNBOOK.md shows how to see that the queue is empty.
//
// # Remove an action
//
// Disable its rule and wait as above, then
//
//	bin/payhooks remove tell-crm --stack payhooks    # what it would change, and what is not done
//	bin/payhooks remove tell-crm --yes
//	sam build && sam deploy
//
// A deployed table stays with its rows, a secret with its value. What waits or is in the
// queue ends as after a rename.
//
// # Change event types
//
// Change EventTypes in the block and deploy; for up to a minute dispatch does not know a new
// type, and reconcile delivers what it missed. Stripe's endpoint must send the type. Events of
// it that came before are stored, and reach the action when you ask:
//
//	bin/payhooks replay --action tell-crm --type customer.updated --since 30d --stack payhooks --yes
//
// Take a type out when none of it waits: the rule selects by type, so a retry reaches the
// action only while the type is in the block. What is left ends after 15 minutes: parked, or
// done as "event type removed" if it had no attempt.
//
// # Replay for one action
//
// payhooks replay --action NAME sends to that action and no other, also events that came
// before it. What is done stays done: --again also asks for what was skipped or withheld,
// --stale also for mails that are too old. Without --yes it shows what it would send.
package action
