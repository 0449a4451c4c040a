*** Settings ***
Documentation     The refund desk of a small payments product, in the words of its users.
Library           payments.py
Test Setup        Open Account With    ${100}

*** Test Cases ***
TC_UI_005 Customer Pays By Card
    Pay    order-1    ${30}
    Balance Should Be    ${70}

TC_UI_006 Paying Twice With One Reference Counts Once
    Pay    order-1    ${30}
    Pay    order-1    ${30}
    Balance Should Be    ${70}

TC_UI_007 Customer Without Money Is Refused
    [Tags]    smoke
    Run Keyword And Expect Error    *insufficient funds*    Pay    order-2    ${101}

Refund Arrives Before The Day Ends
    Pay    order-3    ${50}
    Refund    order-3
    Refund Should Have Arrived    order-3

Refund By Cheque
    Skip    cheques are no longer offered
