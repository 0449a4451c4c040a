*** Test Cases ***
TC_UI_008 Fee Is Shown Before Paying
    ${fee}=    Evaluate    round(100 * 0.014 + 0.25, 2)
    Should Be Equal As Numbers    ${fee}    1.65
